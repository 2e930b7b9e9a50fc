/// A part of a connection that both sides have, and the names under which it is given.
struct ConnectionPart: Sendable {
    /// What libpq calls it.
    let keyword: String
    let workVariable: String
    /// The other name of `workVariable`, from set-ups that this tool replaces.
    let alias: String
    let cronVariable: String
    var flag: Settings.Flag?
    var cronFlag: Settings.Flag?
    var isSecret = false

    static let all = [
        ConnectionPart(
            keyword: "host",
            workVariable: "DB_HOST",
            alias: "PG_QUEUE_HOST",
            cronVariable: "PG_CRON_HOST",
            flag: .host,
            cronFlag: .cronHost
        ),
        ConnectionPart(
            keyword: "port",
            workVariable: "DB_PORT",
            alias: "PG_QUEUE_PORT",
            cronVariable: "PG_CRON_PORT",
            flag: .port,
            cronFlag: .cronPort
        ),
        ConnectionPart(
            keyword: "user",
            workVariable: "DB_USER",
            alias: "PG_QUEUE_USER",
            cronVariable: "PG_CRON_USER",
            flag: .user,
            cronFlag: .cronUser
        ),
        ConnectionPart(
            keyword: "password",
            workVariable: "DB_PASSWORD",
            alias: "PG_QUEUE_PASSWORD",
            cronVariable: "PG_CRON_PASSWORD",
            isSecret: true
        ),
    ]
}

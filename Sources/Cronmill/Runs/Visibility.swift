internal import Postgres
internal import SQLFiles

/// What who logged in may see of runs.
struct Visibility {
    let session: Session

    init(_ session: Session) { self.session = session }

    /// Refuses databases that who logged in may not see, and those that neither are registered nor were.
    ///
    /// - Parameters:
    ///   - what: is to be seen of them: runs, alarms.
    ///   - ofOthersToo: whether any database there is will do.
    func check(_ databases: [String]?, _ what: String, ofOthersToo: Bool = false) throws {
        guard let databases else { return }
        let invisible = try session.query(.invisibleDatabases(databases: databases, ofOthersToo: ofOthersToo))
        guard let row = invisible.first else { return }
        let (database, role): (String, String) = try (row.get("name"), row.get("me"))
        if try row.get("sees_all") {
            let known: [String] = try session.query("select v.name from cronmill_cron.visible_databases() as v (name)")
                .map {
                    try $0.get("name")
                }
            throw CronmillError.notSetUp(database, known: known)
        }
        throw CronmillError(
            .failed,
            "\(what) of database \"\(database)\" are not visible to role \"\(role)\"",
            hint: "Ask who did the set-up for: \(RolePart.monitor.grantCommand(role, database: database))",
            database: database,
            sqlState: .insufficientPrivilege
        )
    }

    /// Refuses processors that never had a job.
    func checkRan(_ processors: [String]?, in databases: [String]?) throws {
        guard let processors else { return }
        let known: [String] = try session.query(
            "select v.processor from cronmill_cron.visible_processors(\(databases)) as v (processor)"
        ).map { try $0.get("processor") }
        for name in processors where !known.contains(name) {
            throw CronmillError.unknownProcessor(name, in: databases ?? [], known: known)
        }
    }

    /// Those of the databases, or all, whose runs may be seen.
    func databases(among databases: [String]?) throws -> [String] {
        try session.query(
            """
            select v.name from cronmill_cron.visible_databases() as v (name)
            where \(databases)::text[] is null or v.name = any (\(databases)::text[])
            """
        ).map { try $0.get("name") }
    }
}

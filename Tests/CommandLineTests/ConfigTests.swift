import Postgres
import Cronmill
import Testing

@testable import cronmill_cli

@Suite("The command config")
struct ConfigTests {
    private static func settings() throws -> ResolvedSettings {
        var settings = Settings(environment: ["DB_PASSWORD": "s3cret", "PG_CRON_HOST": "db2", "REDIS_URL": "x"])
        settings.flags = [.user: "ann"]
        settings.databases = ["postgresql://eve:s3cret@db3/shop"]
        return try settings.resolved()
    }

    @Test("every setting is shown with its source, and no password")
    func table() throws {
        #expect(
            Table(try Self.settings().shown()).render(width: nil, colour: false)
                == """
                SETTING           VALUE                          FROM
                DB_HOST           (libpq)
                DB_PORT           (libpq)
                DB_USER           ann                            flag --user
                DB_PASSWORD       (hidden)                       environment DB_PASSWORD
                DB_NAME           (none)
                --database        postgresql://eve:***@db3/shop  flag --database
                PG_CRON_HOST      db2                            environment PG_CRON_HOST
                PG_CRON_PORT      (libpq)
                PG_CRON_USER      ann                            flag --user
                PG_CRON_PASSWORD  (hidden)                       environment DB_PASSWORD
                PG_CRON_DATABASE  postgres                       default

                """
        )
    }

    @Test("what libpq takes from its own variables is shown with their names, if no service is named")
    func libpq() throws {
        let variables = ["PGHOST": "db1", "PGPORT": "", "PGUSER": "eve", "PGPASSWORD": "s3cret"]
        let settings = try Self.settings()
        #expect(
            Table(settings.shown(variables)).render(width: nil, colour: false)
                == """
                SETTING           VALUE                          FROM
                DB_HOST           db1                            environment PGHOST
                DB_PORT           (libpq)
                DB_USER           ann                            flag --user
                DB_PASSWORD       (hidden)                       environment DB_PASSWORD
                DB_NAME           (none)
                --database        postgresql://eve:***@db3/shop  flag --database
                PG_CRON_HOST      db2                            environment PG_CRON_HOST
                PG_CRON_PORT      (libpq)
                PG_CRON_USER      ann                            flag --user
                PG_CRON_PASSWORD  (hidden)                       environment DB_PASSWORD
                PG_CRON_DATABASE  postgres                       default

                """
        )
        #expect(settings.shown(variables.merging(["PGSERVICE": "x"]) { $1 }) == settings.shown())
        #expect(!JSON.report(try Settings(environment: [:]).resolved(), [], variables).prettyText.contains("s3cret"))
    }

    @Test("JSON has an error for a connection that failed, and no password")
    func json() throws {
        let error = PostgresError(kind: .connection, message: "no route")
        let trial = ConnectionTrial(side: .cron, database: "postgres", outcome: .failure(error))
        let text = JSON.report(try Self.settings(), [trial]).prettyText
        #expect(!text.contains("s3cret"))
        #expect(
            trial.json == [
                "side": "cron", "database": "postgres", "ok": false, "server_version": nil, "role": nil, "pooled": nil,
                "error": "no route",
            ]
        )
    }
}

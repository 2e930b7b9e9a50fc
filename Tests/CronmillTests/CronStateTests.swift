import Testing

@testable import Cronmill

/// What the cron database must be like.
@Suite("The state of the cron database")
struct CronStateTests {
    private func state(
        server: Int = 15,
        version: String?,
        configured: String? = "postgres",
        isPreloaded: Bool? = true
    ) -> CronState {
        CronState(
            database: "postgres",
            user: "installer",
            isSuperuser: false,
            serverVersion: server,
            extensionVersion: version,
            configuredDatabase: configured,
            isPreloaded: isPreloaded,
            isInstalled: false,
            port: "5432"
        )
    }

    @Test("PostgreSQL before 15 is too old, whatever its pg_cron", arguments: [12, 13, 14])
    func serverTooOld(server: Int) {
        #expect(
            throws: CronmillError(
                .failed,
                "PostgreSQL \(server) is too old",
                detail: "Cronmill is made for PostgreSQL 15 and newer, and tested there only.",
                hint: "Upgrade the server first (pg_upgrade takes pg_cron's jobs along).",
                database: "postgres"
            )
        ) { try state(server: server, version: "1.6", isPreloaded: nil).check() }
    }

    @Test("pg_cron before 1.4 is too old", arguments: ["1.0", "1.2", "1.3", "1.3-1"])
    func tooOld(version: String) {
        #expect(
            throws: CronmillError(
                .failed,
                "pg_cron \(version) is too old",
                detail: "cron.schedule_in_database came with 1.4.",
                hint: "Install a newer pg_cron, restart, and: alter extension pg_cron update;",
                database: "postgres"
            )
        ) { try state(version: version).check() }
    }

    @Test(
        "pg_cron from 1.4 on will do, and none yet, too",
        arguments: ["1.4", "1.4-1", "1.5", "1.6", "1.10", "2.0", nil]
    )
    func newEnough(version: String?) throws {
        try state(version: version).check()
        try state(version: version, configured: nil, isPreloaded: nil).check()
    }

    @Test("a server without pg_cron in shared_preload_libraries is refused, whatever else is wrong")
    func notLoaded() {
        #expect(
            throws: CronmillError(
                .failed,
                "pg_cron is not loaded on this server",
                hint: "Install it (Debian: postgresql-NN-cron), set shared_preload_libraries = 'pg_cron', restart.",
                database: "postgres"
            )
        ) { try state(version: "1.6", configured: "other", isPreloaded: false).check() }
    }

    @Test("another database than pg_cron's own is refused with the name of that one")
    func elsewhere() {
        #expect(
            throws: CronmillError(
                .failed,
                "pg_cron is configured for database \"it's here\", not \"postgres\"",
                detail: "pg_cron works in one database of an instance only: cron.database_name.",
                hint: #"Name it: --cron-database 'it'\''s here' (or PG_CRON_DATABASE)."#,
                database: "postgres"
            )
        ) { try state(version: nil, configured: "it's here").check() }
    }
}

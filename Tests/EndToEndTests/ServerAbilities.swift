import Postgres

/// What the server under test can do, found by asking it, where its versions differ.
struct ServerAbilities: Sendable {
    /// Whether pg_cron knows `N seconds` schedules.
    let hasSeconds: Bool
    /// Whether pg_cron runs jobs in background workers.
    let usesWorkers: Bool

    /// Whether pg_cron starts a worker only when the one before has ended: it learned seconds and to start several in
    /// the same version.
    var runsOneAtATime: Bool { usesWorkers && !hasSeconds }
    /// Whether more active jobs than pg_cron can run stop it for everybody; else they only wait.
    var hangsAboveLimit: Bool { !usesWorkers || runsOneAtATime }

    init(of server: TestServer) async throws {
        let connection = try await server.connect()
        // Rolled back, so that a test finds pg_cron as the server was started: not created.
        try await connection.script("begin; create extension if not exists pg_cron")
        do {
            try await connection.script("select cron.schedule('probe', '1 second', 'select 1')")
            hasSeconds = true
        } catch let error as PostgresError where error.sqlState == .invalidParameterValue {
            hasSeconds = false
        }
        try await connection.execute("rollback")
        let rows = try await connection.query("select current_setting('cron.use_background_workers')::boolean as is_on")
        usesWorkers = try rows[0].get("is_on")
        await connection.close()
    }
}

internal import Postgres
internal import SQLFiles

/// Keeps others from pg_cron's jobs in a database while it moves.
struct JobGuard {
    let session: Session

    init(_ session: Session) { self.session = session }

    /// Who has pg_cron's tables, as an error.
    private func holders() throws -> [String] {
        try session.query(.jobTableHolders).map { try $0.get("holder") }
    }

    /// What is said when a lock was not to be had.
    func lockedBySomebody() throws -> CronmillError {
        // The session may be in a transaction that has failed.
        if session.isInTransaction { try session.execute("rollback") }
        let holders = try holders()
        return CronmillError(
            .failed,
            "pg_cron's tables in database \"\(session.database)\" are locked by somebody"
                + (holders.isEmpty ? "" : ": \(holders.joined(separator: ", "))"),
            detail: "That was waited for ten seconds; what was done before stays done.",
            hint: "End that transaction (select pg_terminate_backend(PID);), and run the same command again.",
            database: session.database
        )
    }

    /// Refuses changes of jobs by others.
    func put(from: String, to: String) throws {
        for statement in try Self.statements(from: from, to: to) { try session.script(statement.text) }
    }

    /// Takes the guard away.
    func takeAway() throws {
        for event in ["", "_delete", "_truncate", "_probe"] {
            try session.execute("drop trigger if exists cronmill_migration_guard\(unsafeRaw: event) on cron.job")
        }
        _ = try session.query("select cronmill_migration.release_functions()")
    }

    /// What refuses changes of jobs by others in a database that pg_cron leaves, or comes to.
    static func statements(from: String, to: String) throws -> [SQL] {
        // What pg_cron can do is found by making a job and taking it back.
        let changes: SQL = """
            create or replace trigger cronmill_migration_guard
            before insert or update on cron.job
            for each row
            when (
                coalesce(pg_catalog.current_setting('cronmill.migration', true), '') <> 'on'
                and new.jobname is distinct from 'cronmill probe'
            )
            execute function cronmill_migration.refuse_change(\(literal: from), \(literal: to))
            """
        let losses: [SQL] = [("delete", "row"), ("truncate", "statement")].map { event, level in
            """
            create or replace trigger cronmill_migration_guard_\(unsafeRaw: event)
            before \(unsafeRaw: event) on cron.job
            for each \(unsafeRaw: level)
            when (coalesce(pg_catalog.current_setting('cronmill.migration', true), '') <> 'on')
            execute function cronmill_migration.refuse_change(\(literal: from), \(literal: to))
            """
        }
        // A probe is rolled back before anything is committed: a job that keeps its name is somebody's.
        let probe: SQL = """
            create constraint trigger cronmill_migration_guard_probe
            after insert or update on cron.job deferrable initially deferred
            for each row
            when (new.jobname = 'cronmill probe')
            execute function cronmill_migration.refuse_change(\(literal: from), \(literal: to))
            """
        return try [.migrationSchema, SQLScript.statements("migrate/guard.sql"), changes] + losses + [
            "drop trigger if exists cronmill_migration_guard_probe on cron.job", probe,
            "select cronmill_migration.guard_functions(\(literal: from), \(literal: to))",
        ]
    }
}

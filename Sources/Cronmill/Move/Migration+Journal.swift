internal import Postgres
internal import SQLFiles

/// What the journal says.
struct Journal: Sendable {
    var from: String
    var to: String
    var isRollback: Bool
    var hadAlteredSetting: Bool
    var lastRunid: Int64?
    var carriedRunid: Int64?
    /// Steps of the present direction that are done.
    var done: Set<String>

    /// Whether every step of the migration is done.
    var isComplete: Bool { !isRollback && MigrationStep.forward.allSatisfy { done.contains($0.rawValue) } }

    /// Nil where there is none.
    init?(_ session: Session) throws {
        guard try Self.isThere(session) else { return nil }
        guard
            let row = try session.query(
                """
                select m.from_database, m.to_database, m.is_rollback, m.had_altered_setting, m.last_runid, m.carried_runid,
                    array(
                        select s.step from cronmill_migration.step as s
                        where s.is_rollback = m.is_rollback and s.ended_at is not null
                    ) as done
                from cronmill_migration.migration as m
                """
            ).first
        else { return nil }
        from = try row.get("from_database")
        to = try row.get("to_database")
        isRollback = try row.get("is_rollback")
        hadAlteredSetting = try row.get("had_altered_setting")
        lastRunid = try row.get("last_runid")
        carriedRunid = try row.get("carried_runid")
        done = Set(try row.get("done", as: [String].self))
    }
}

extension Journal {
    private static func isThere(_ session: Session) throws -> Bool {
        try session.one(.hasJournal).get("has")
    }

    /// Jobs `j` of the journal as a JSON array.
    static func jobs(where condition: SQL, _ session: Session) throws -> String {
        try session.one(
            """
            select coalesce(jsonb_agg(to_jsonb(j) order by j.jobid), '[]')::text as jobs
            from cronmill_migration.job as j where \(sql: condition)
            """
        ).get("jobs")
    }
}

extension Migration {
    /// The journal in the old database; nil if there is none.
    ///
    /// - Throws: `CronmillError` if it is of another move, or the new database has one: what would have to be dropped there
    ///   is what a rollback restores; `PostgresError`.
    func journal() async throws -> Journal? {
        var journal = try await onOld { try Journal($0) }
        if journal == nil { journal = try await onNew { try Journal($0) } }
        guard let journal, (journal.from, journal.to) != (oldDatabase, newDatabase) else { return journal }
        let options = "--from \(journal.from.shellWord) --to \(journal.to.shellWord)"
        let move = "from database \"\(journal.from)\" to database \"\(journal.to)\""
        throw CronmillError(
            .failed,
            journal.isComplete ? "the move \(move) is not finished" : "pg_cron is moving \(move)",
            hint: journal.isComplete
                ? "Finish it: cronmill migrate finish \(options); or take it back: cronmill migrate rollback \(options)"
                : "Name these: \(options)",
            database: oldDatabase
        )
    }

    /// Runs statements in the old database.
    func onOld<Value: Sendable>(_ body: @Sendable (Session) throws -> Value) async throws -> Value {
        try await with(from.connectCron()) { try await Self.patiently($0, body) }
    }

    /// Runs statements in the new database.
    func onNew<Value: Sendable>(_ body: @Sendable (Session) throws -> Value) async throws -> Value {
        try await with(to.connectCron()) { try await Self.patiently($0, body) }
    }

    /// Waits ten seconds for whoever has something locked, not longer: jobs may rest meanwhile, and anybody who may use
    /// pg_cron's tables could have them rest for as long as he likes.
    ///
    /// - Throws: `CronmillError` naming who has pg_cron's tables locked; what `body` throws.
    static func patiently<Value: Sendable>(
        _ connection: Connection,
        _ body: @Sendable (Session) throws -> Value
    ) async throws -> Value {
        // The connection ends with this.
        _ = try await connection.run { try $0.execute("set lock_timeout = '10s'") }
        do {
            return try await connection.run(body)
        } catch let error as PostgresError {
            guard error.sqlState == .lockNotAvailable else { throw error }
            throw try await connection.run { try JobGuard($0).lockedBySomebody() }
        }
    }

    /// Writes in the journal.
    func record(_ statement: SQL) async throws {
        _ = try await onOld { try $0.execute(statement) }
    }

    func remark(_ text: String) { onProgress(.remark(text)) }

    /// Does one step, noted before and after; one that is done already is left out.
    func perform(
        _ step: MigrationStep,
        rollback: Bool,
        _ body: () async throws -> String?
    ) async throws {
        if let journal = try await journal(), journal.isRollback == rollback, journal.done.contains(step.rawValue) {
            return
        }
        onProgress(.begun(step))
        try await record(
            """
            insert into cronmill_migration.step (is_rollback, step) values (\(rollback), \(step.rawValue))
            on conflict on constraint step_pkey do nothing
            """
        )
        let note = try await body()
        try await record(.ended(step, rollback: rollback, note: note))
        onProgress(.ended(step, note: note))
    }

    /// Runs `body` while no other migration of this old database can go.
    ///
    /// - Throws: `CronmillError` if one goes already.
    func exclusively<Value: Sendable>(_ body: (AdvisoryLock) async throws -> Value) async throws -> Value {
        let lock = AdvisoryLock(.migration, deployment: from)
        return try await holding(lock, take) { try await body(lock) }
    }
}

extension Migration {
    /// Takes the lock, anew if the server was restarted.
    ///
    /// - Throws: `CronmillError` if somebody else has it.
    func take(_ lock: AdvisoryLock) async throws {
        try await lock.take(
            within: .seconds(2),
            orRefuse: "another migration of database \"\(oldDatabase)\" is going",
            hint: "Wait for it; cronmill migrate status says how far it is.",
            database: oldDatabase
        )
    }
}

extension SQL {
    /// Notes that a step is done.
    static func ended(_ step: MigrationStep, rollback: Bool, note: String?) -> SQL {
        """
        insert into cronmill_migration.step as s (is_rollback, step, ended_at, note)
        values (\(rollback), \(step.rawValue), clock_timestamp(), \(note))
        on conflict on constraint step_pkey do update set ended_at = excluded.ended_at, note = excluded.note
        """
    }

    /// Lets this transaction pass the guard of cron.job.
    static let passGuard: SQL = "select set_config('cronmill.migration', 'on', true)"
}

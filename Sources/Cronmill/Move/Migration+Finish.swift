internal import Postgres

extension Migration {
    /// Plans what ends the move: the old extension with its jobs and history, the old registry and the journal are
    /// dropped. After that there is no way back but a move in the other direction.
    ///
    /// - Throws: `CronmillError` if no move is complete; `PostgresError`.
    public func planFinish() async throws -> Plan {
        guard let journal = try await journal() else {
            throw CronmillError(
                .failed,
                "there is no move from database \"\(oldDatabase)\" to database \"\(newDatabase)\" to finish",
                hint: "See where pg_cron is: cronmill migrate plan \(databaseOptions)",
                database: oldDatabase
            )
        }
        guard journal.isComplete else {
            throw CronmillError(
                .failed,
                "the move to database \"\(newDatabase)\" is not complete",
                hint:
                    "Complete it first: cronmill migrate \(journal.isRollback ? "rollback" : "apply") \(databaseOptions)",
                database: oldDatabase
            )
        }
        var (plan, role) = try await planDropOldLink()
        plan.add(
            "drop the old pg_cron, the old registry and the journal",
            in: oldDatabase,
            "drop schema if exists cronmill_cron cascade",
            "drop schema if exists cronmill_run_as cascade",
            "drop extension if exists pg_cron",
            "drop schema cronmill_migration cascade"
        )
        if let role { plan.dropRole(role, in: oldDatabase) }
        return plan
    }

    /// Carries out a plan of `planFinish()`.
    ///
    /// - Parameters:
    ///   - plan: the plan.
    ///   - onStep: told of each step before it is done.
    /// - Throws: `CronmillError` if a migration goes; `PostgresError`, if something of the user's depends on pg_cron in
    ///   the old database, too: nothing is dropped there then.
    public func finish(_ plan: Plan, onStep: @escaping @Sendable (Plan.Step) -> Void = { _ in }) async throws {
        try await exclusively { _ in
            guard try await journal()?.isComplete == true else { return }
            try await to.apply(plan, onStep: onStep)
        }
    }
}

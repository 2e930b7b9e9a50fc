internal import Postgres

/// How far a move is.
public struct MigrationStatus: Sendable, Hashable {
    /// A step of it.
    public struct Step: Sendable, Hashable {
        /// The step.
        public let step: MigrationStep
        /// When it was first begun; nil: not yet.
        public let begunAt: ServerTime?
        /// When it was done; nil: not yet.
        public let endedAt: ServerTime?
        /// What it did, if there is more to say.
        public let note: String?
    }

    /// Where it stands.
    public enum State: String, Sendable, Hashable {
        /// No move is under way.
        case none
        /// It was begun and is not complete.
        case moving
        /// Jobs run in the new database; the old one is kept for a rollback.
        case moved
        /// A rollback was begun and is not complete.
        case rollingBack = "rolling back"
    }

    /// Where it stands.
    public let state: State
    /// The database pg_cron is in, as the server was started; nil where that cannot be read.
    public let cronDatabase: String?
    /// The steps of the migration, or of the rollback if that has begun.
    public let steps: [Step]
}

extension Migration {
    /// How far the move is.
    ///
    /// - Throws: `CronmillError` if another move is under way; `PostgresError`.
    public func status() async throws -> MigrationStatus {
        guard let journal = try await journal() else {
            let database = try await onOld { try CronState.configuredDatabase($0) }
            return MigrationStatus(state: .none, cronDatabase: database, steps: [])
        }
        return try await onOld { session in
            let rows = try session.query(
                """
                select s.step, s.note,
                    \(sql: ServerTime.columns("s.begun_at", as: "begun")), \(sql: ServerTime.columns("s.ended_at", as: "ended"))
                from cronmill_migration.step as s where s.is_rollback = \(journal.isRollback)
                """
            )
            let steps = try (journal.isRollback ? MigrationStep.back : MigrationStep.forward).map { step in
                let row = try rows.first { try $0.get("step", as: String.self) == step.rawValue }
                return MigrationStatus.Step(
                    step: step,
                    begunAt: try row?.time("begun"),
                    endedAt: try row?.time("ended"),
                    note: try row?.get("note", as: String?.self)
                )
            }
            return MigrationStatus(
                state: journal.isRollback ? .rollingBack : journal.isComplete ? .moved : .moving,
                cronDatabase: try CronState.configuredDatabase(session),
                steps: steps
            )
        }
    }
}

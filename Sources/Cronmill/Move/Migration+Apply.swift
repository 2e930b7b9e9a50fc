internal import Postgres

extension Migration {
    /// Moves pg_cron, or goes on with a move that was cut off.
    ///
    /// - Returns: whether there was anything to move.
    /// - Throws: `CronmillError` if it cannot be done or has to wait for a person: what is done stays noted, and jobs
    ///   rest until it goes on or is rolled back; `PostgresError`; what `restart` throws.
    @discardableResult
    public func apply() async throws -> Bool {
        if try await journal() == nil {
            let preview = try await preview()
            guard preview.nothingToMove == nil else { return false }
            try preview.check()
        }
        return try await exclusively { lock in
            let journal = try await journal()
            if let journal {
                guard !journal.isRollback else {
                    throw CronmillError(
                        .failed,
                        "the move to database \"\(newDatabase)\" is being rolled back",
                        hint: "Complete that first: cronmill migrate rollback \(databaseOptions)",
                        database: oldDatabase
                    )
                }
                try await perform(.quiesce, rollback: false) { nil }
            } else {
                onProgress(.begun(.quiesce))
                onProgress(.ended(.quiesce, note: try await quiesceOld()))
            }
            try await perform(.drain, rollback: false) { try await drain(from) }
            try await perform(.setting, rollback: false) { try await set(to) }
            try await perform(.restart, rollback: false) {
                try await restart(into: to, command: "apply", holding: lock)
            }
            try await to.whileSettingUp {
                try await perform(.extension, rollback: false) { try await createExtension() }
                try await perform(.jobs, rollback: false) { try await makeJobs() }
                try await perform(.registry, rollback: false) { try await carryRegistry() }
                try await perform(.verify, rollback: false) { try await verifyJobs() }
                try await perform(.activate, rollback: false) { try await activateJobs() }
                try await perform(.links, rollback: false) { try await link(to: to, isRollback: false) }
            }
            try await perform(.history, rollback: false) { try await carryHistory() }
            try await perform(.settle, rollback: false) { try await settle(in: to) }
            return true
        }
    }

    /// The two databases as flags.
    public var databaseOptions: String { "--from \(oldDatabase.shellWord) --to \(newDatabase.shellWord)" }
}

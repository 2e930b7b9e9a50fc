internal import Postgres

/// What the set-up of a processor would do, sorted for being tried.
struct Rehearsal: Sendable {
    let cron: CronInspection
    let work: WorkInspection
    /// The processors it makes or changes.
    let processors: [String]
    /// Installs or renews the registry.
    var registry: [Plan.Step]
    /// Permits the role.
    var permission: [Plan.Step]
    /// Makes or changes the processor.
    var change: [Plan.Step]
    /// The whole plan.
    var all: [Plan.Step]

    var isLinked: Bool { work.state.database != cron.state.database }

    /// What goes before the processor in the work database, without the link, which cannot be undone by a rollback.
    var workHalf: [Plan.Step] {
        let steps = all.dropLast(change.count).filter { $0.database == work.state.database }
        return isLinked ? Array(steps.prefix { !$0.commits && !$0.title.hasPrefix("attach") }) : steps
    }
}

extension Deployment {
    /// What stands in the way of a set-up for the role that planned it; somebody else may be allowed to run the script.
    ///
    /// - Throws: what stands in everybody's way.
    func obstacle(to rehearsal: Rehearsal) async throws -> CronmillError? {
        do {
            try await rehearse(rehearsal)
            return nil
        } catch let error as CronmillError {
            return error
        }
    }

    /// The same of what it does to the registry alone, where it is about no processor.
    func obstacle(toRegistry steps: [Plan.Step]) async throws -> CronmillError? {
        do {
            try await with(connectCron()) { connection in
                try await refusing {
                    try await connection.run { session in
                        try session.tryOut { try steps.perform(session) }
                    }
                }
            }
            return nil
        } catch let error as CronmillError {
            return error
        }
    }

    /// Does what a set-up would do to the processor, in transactions that are rolled back: what a trigger or pg_cron
    /// would refuse in the end is refused before anything is done, by the same rules, which are nowhere written twice.
    ///
    /// - Throws: `CronmillError` for a privilege that is missing, with the line that grants it; `PostgresError`.
    private func rehearse(_ rehearsal: Rehearsal) async throws {
        let database = rehearsal.work.state.database
        let settings = try await with(connectWork(database)) { connection in
            try await refusing {
                try await connection.run { session in
                    try session.tryOut {
                        try rehearsal.workHalf.perform(session)
                        if rehearsal.isLinked {
                            // Not by switching the trigger off: an event trigger may refuse every DDL.
                            try session.perform(.tellingRegistryOtherwise)
                        }
                        try rehearsal.change.perform(session)
                        let all = try RegistrySettings.all(session)
                        return rehearsal.processors.sorted().compactMap { all[$0] }
                    }
                }
            }
        }
        guard rehearsal.isLinked else { return }
        try await with(connectCron()) { connection in
            try await refusing {
                try await connection.run { session in
                    try session.tryOut {
                        try rehearsal.registry.perform(session)
                        if !rehearsal.cron.isRegistered || rehearsal.cron.isReplaced {
                            // The link's role does not exist yet.
                            try session.execute("select cronmill_cron.register(\(database), null)")
                        }
                        try rehearsal.permission.perform(session)
                        for one in settings { try session.perform(one.order) }
                    }
                }
            }
        }
    }

    /// Turns a missing privilege into an error with the line that grants it.
    func refusing<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await retryingSerialization(body)
        } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
            throw try await inDatabase(error.database ?? cronDatabase) { try MissingPrivilege(error, $0).told() }
        }
    }
}

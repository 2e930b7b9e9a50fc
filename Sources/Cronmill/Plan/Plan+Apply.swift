internal import Postgres
internal import Synchronization

extension Deployment {
    /// Applies a plan, one transaction per group of steps; what is done when one fails stays done, and a second
    /// set-up goes on from there.
    ///
    /// - Parameters:
    ///   - plan: what is to be done.
    ///   - onStep: told of each step before it is done.
    /// - Throws: the error of the first step that fails, whose group is rolled back; `CancellationError`.
    public func apply(_ plan: Plan, onStep: @escaping @Sendable (Plan.Step) -> Void = { _ in }) async throws {
        if let obstacle = plan.obstacle { throw obstacle }
        for group in plan.transactions {
            guard let database = group.first?.database else { continue }
            if let step = group.first, let index = step.index {
                onStep(step)
                try await with(connectWork(database)) { try await index.apply($0) }
                continue
            }
            let connection = try await database == cronDatabase ? connectCron() : connectWork(database)
            // A step that is tried again is not told again.
            let told = Mutex(0)
            try await with(connection) { connection in
                try await retryingSerialization {
                    try await connection.run { session in
                        do {
                            try session.transaction {
                                for (index, step) in group.enumerated() {
                                    let isNew = told.withLock { told in
                                        defer { told = max(told, index + 1) }
                                        return index >= told
                                    }
                                    if isNew { onStep(step) }
                                    for statement in step.statements { try session.perform(statement) }
                                }
                            }
                        } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
                            throw try MissingPrivilege(error, session).told()
                        }
                    }
                }
            }
        }
    }
}

/// Tries again when somebody else changed the same thing at the same time: the registry's side of the link runs
/// in one snapshot, so the later of two activations gets 40001 (`cronmill_cron.assert_capacity`).
func retryingSerialization<Value>(_ body: () async throws -> Value) async throws -> Value {
    for attempt in 1... {
        do {
            return try await body()
        } catch let error as PostgresError
            where attempt < 10 && (error.sqlState == .serializationFailure || error.sqlState == .deadlockDetected)
        {
            try await Task.sleep(for: .milliseconds(Int.random(in: 10...50) * attempt))
        }
    }
    preconditionFailure("unreachable: the loop has no end")
}

extension [Plan.Step] {
    /// Does them in the transaction that is open.
    func perform(_ session: Session) throws {
        for step in self {
            for statement in step.statements { try session.perform(statement) }
        }
    }
}

internal import Postgres

/// What became of a task that was to be canceled.
public struct CancelResult: Sendable, Hashable {
    /// What became of it.
    public enum Kind: String, Sendable, Hashable {
        /// It is gone; its handler was not called.
        case canceled
        /// A slot is doing it, or another session is changing it: it stays.
        case running
        /// It is among the dead tasks.
        case dead
        /// It is finished, and kept.
        case done
        /// It is done and was not kept, was canceled before, or never was.
        case unknown
    }

    /// The number.
    public var id: Int64
    /// What became of it.
    public var kind: Kind
}

extension Deployment {
    /// Removes waiting tasks. What a slot is doing is left alone and not waited for.
    ///
    /// - Returns: a result per number, in order.
    /// - Throws: `CronmillError` where nothing is set up; `PostgresError`.
    public func cancel(_ ids: [Int64], in database: String) async throws -> [CancelResult] {
        try await inSetUp(database, for: .operator) { session in
            try session.query("select c.task_id, c.result from cronmill.cancel(\(ids)) as c").map { row in
                let word: String = try row.get("result")
                guard let kind = CancelResult.Kind(rawValue: word) else {
                    preconditionFailure("no such result: \(word)")
                }
                return try CancelResult(id: row.get("task_id"), kind: kind)
            }
        }
    }

    /// Plans a cancellation, to be printed.
    ///
    /// - Throws: `CronmillError` where nothing is set up; `PostgresError`.
    public func planCancel(_ ids: [Int64], in database: String) async throws -> Plan {
        try await inSetUp(database, for: .operator) { _ in
            var plan = Plan()
            plan.add("cancel tasks", in: database, "select c.task_id, c.result from cronmill.cancel(\(ids)) as c")
            return plan
        }
    }
}

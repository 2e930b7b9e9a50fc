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
                try CancelResult(id: row.get("task_id"), kind: row.word("result"))
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

/// How many waiting tasks were canceled.
public struct CancelCount: Sendable, Hashable {
    /// They are gone; their handlers were not called.
    public var canceled = 0
    /// A slot is doing them, or another session is changing them: they stay.
    public var running = 0
}

extension Deployment {
    /// The number of waiting tasks that fit, 100,001 for more; what a slot is doing among them.
    ///
    /// - Throws: `CronmillError` for a queue that is not there; `PostgresError`.
    public func countWaiting(_ search: TaskSearch, queue: String, in database: String) async throws -> Int {
        try await inSetUp(database, for: .operator) { session in
            try Queue.check(queue, session)
            let found = search.call(
                "find_tasks",
                ["queue => \(queue)", "max_tasks => \(ProcessorStatus.exactUpTo + 1)"]
            )
            return try session.one("select count(*) as total from \(sql: found)").get("total")
        }
    }

    /// Removes waiting tasks of a queue that fit. What a slot is doing is left alone and not waited for. In
    /// transactions of 100,000, by number: what is canceled when an error or a cancellation ends it stays canceled.
    ///
    /// - Parameters:
    ///   - search: which; not empty.
    ///   - queue: name of the queue.
    ///   - database: the work database.
    ///   - onProgress: told after each transaction of what is done so far.
    /// - Throws: `CronmillError` for a queue that is not there; `PostgresError`; `CancellationError`.
    public func cancel(
        _ search: TaskSearch,
        queue: String,
        in database: String,
        onProgress: @escaping @Sendable (CancelCount) -> Void = { _ in }
    ) async throws -> CancelCount {
        try await inSetUp(database, for: .operator) { session in
            try Queue.check(queue, session)
            var count = CancelCount()
            var lastID: Int64? = 0
            while let after = lastID {
                let call = search.call(
                    "cancel_tasks",
                    ["queue => \(queue)", "max_tasks => \(100_000)", "after_id => \(after)"]
                )
                let row = try session.one("select c.canceled, c.running, c.last_id from \(sql: call) as c")
                count.canceled += try row.get("canceled")
                count.running += try row.get("running")
                lastID = try row.get("last_id")
                onProgress(count)
            }
            return count
        }
    }

    /// Plans a cancellation, to be printed: one transaction.
    ///
    /// - Throws: `CronmillError` for a queue that is not there; `PostgresError`.
    public func planCancel(_ search: TaskSearch, queue: String, in database: String) async throws -> Plan {
        try await inSetUp(database, for: .operator) { session in
            try Queue.check(queue, session)
            var plan = Plan()
            let call = search.call("cancel_tasks", ["queue => \(queue)"])
            plan.add(
                "cancel tasks of queue \(queue)",
                in: database,
                "select c.canceled, c.running from \(sql: call) as c"
            )
            return plan
        }
    }
}

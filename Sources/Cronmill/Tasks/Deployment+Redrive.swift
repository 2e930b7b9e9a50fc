internal import Postgres
internal import SQLFiles

/// Which dead tasks: all that is given has to fit.
public struct DeadTaskFilter: Sendable, Hashable {
    /// Of these queues; nil is all.
    public var queues: [String]?
    /// With these numbers; nil is any.
    public var ids: [Int64]?
    /// With this text in the message of their error, in the same case.
    public var errorText: String?
    /// With this SQLSTATE.
    public var sqlState: String?
    /// Found by tags or payload.
    public var search = TaskSearch()

    /// All of them.
    public init() {}
}

/// How many dead tasks were put back.
public struct RedriveResult: Sendable, Hashable {
    /// Put back into their queues.
    public var redriven = 0
    /// Still dead, because another task holds their unique key.
    public var kept = 0
}

extension Deployment {
    /// The number of dead tasks that fit, 100,001 for more.
    ///
    /// - Throws: `CronmillError` for a queue that is not there; `PostgresError`.
    public func countDeadTasks(_ filter: DeadTaskFilter, in database: String) async throws -> Int {
        try await inSetUp(database, for: .operator) { session in
            for queue in filter.queues ?? [] { try Queue.check(queue, session) }
            try filter.search.check(filter.queues, table: "dead_task", session)
            return try session.one(
                .deadTasks(
                    queues: filter.queues,
                    ids: filter.ids,
                    errorText: filter.errorText,
                    sqlState: filter.sqlState,
                    atMost: ProcessorStatus.exactUpTo + 1,
                    condition: filter.search.condition
                )
            ).get("total")
        }
    }

    /// Puts dead tasks back into their queues: with their numbers, no attempts and no error, ready at once. In
    /// transactions of 10,000: what is put back when an error or a cancellation ends it stays put back.
    ///
    /// - Parameters:
    ///   - filter: which.
    ///   - database: the work database.
    ///   - onProgress: told after each transaction of what is done so far.
    /// - Throws: `CronmillError` for a queue that is not there; `PostgresError`; `CancellationError`.
    public func redrive(
        _ filter: DeadTaskFilter,
        in database: String,
        onProgress: @escaping @Sendable (RedriveResult) -> Void = { _ in }
    ) async throws -> RedriveResult {
        try await inSetUp(database, for: .operator) { session in
            for queue in filter.queues ?? [] { try Queue.check(queue, session) }
            var result = RedriveResult()
            for queue in filter.eachQueue {
                var lastID: Int64? = 0
                while let after = lastID {
                    let row = try session.one(filter.redrive(queue, limit: Self.tasksAtOnce, after: after))
                    result.redriven += try row.get("redriven")
                    result.kept += try row.get("kept")
                    lastID = try row.get("last_id")
                    onProgress(result)
                }
            }
            return result
        }
    }

    /// Plans a redrive, to be printed: one transaction, which is long for very many tasks.
    ///
    /// - Throws: `CronmillError` for a queue that is not there; `PostgresError`.
    public func planRedrive(_ filter: DeadTaskFilter, in database: String) async throws -> Plan {
        try await inSetUp(database, for: .operator) { session in
            for queue in filter.queues ?? [] { try Queue.check(queue, session) }
            var plan = Plan()
            for queue in filter.eachQueue {
                let ofQueue = queue.map { " of queue \($0)" } ?? ""
                plan.add("redrive dead tasks\(ofQueue)", in: database, filter.redrive(queue))
            }
            return plan
        }
    }

    /// Tasks changed in one transaction.
    static var tasksAtOnce: Int { 10_000 }
}

extension DeadTaskFilter {
    /// One queue after another; a nil is all at once.
    fileprivate var eachQueue: [String?] { queues.map { $0.map { Optional($0) } } ?? [nil] }

    fileprivate func redrive(_ queue: String?, limit: Int? = nil, after: Int64? = nil) -> SQL {
        var arguments: [SQL] = []
        if let queue { arguments.append("queue => \(queue)") }
        if let ids { arguments.append("task_ids => \(ids)") }
        if let errorText { arguments.append("error_text => \(errorText)") }
        if let sqlState { arguments.append("error_sqlstate => \(sqlState)") }
        if let limit { arguments.append("max_tasks => \(limit)") }
        if let after { arguments.append("after_id => \(after)") }
        return "select r.redriven, r.kept, r.last_id from \(sql: search.call("redrive", arguments)) as r"
    }
}

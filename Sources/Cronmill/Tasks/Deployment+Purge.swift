internal import Postgres
internal import SQLFiles

/// Which tasks that are over are to be deleted.
public struct PurgeRequest: Sendable, Hashable {
    /// Of these queues; nil is all.
    public var queues: [String]?
    /// With these numbers; nil is any. Of dead tasks only.
    public var ids: [Int64]?
    /// Dead tasks that failed for the last time longer ago; nil is none.
    public var deadAge: Duration?
    /// Finished tasks that were done longer ago; nil is none.
    public var doneAge: Duration?
    /// Of these those that are found by tags or payload.
    public var search = TaskSearch()

    /// Nothing.
    public init() {}
}

/// How many tasks were deleted, or would be.
public struct PurgeResult: Sendable, Hashable {
    /// Dead tasks.
    public var dead = 0
    /// Finished ones.
    public var done = 0
}

extension Deployment {
    /// The numbers of tasks that a purge would delete, 100,001 for more.
    ///
    /// - Throws: `CronmillError` for a queue that is not there; `PostgresError`.
    public func countPurged(_ request: PurgeRequest, in database: String) async throws -> PurgeResult {
        try await inSetUp(database, for: .operator) { session in
            for queue in request.queues ?? [] { try Queue.check(queue, session) }
            for table in request.tables { try request.search.check(request.queues, table: table, session) }
            let row = try session.one(
                .purged(
                    deadAge: request.deadAge,
                    atMost: ProcessorStatus.exactUpTo + 1,
                    doneAge: request.doneAge,
                    queues: request.queues,
                    ids: request.ids,
                    condition: request.search.condition
                )
            )
            return try PurgeResult(dead: row.get("dead"), done: row.get("done"))
        }
    }

    /// Deletes dead and finished tasks that are old enough, in transactions of 10,000: what is deleted when an error or a
    /// cancellation ends it stays deleted.
    ///
    /// - Parameters:
    ///   - request: which.
    ///   - database: the work database.
    ///   - onProgress: told after each transaction of what is done so far.
    /// - Throws: `CronmillError` for a queue that is not there; `PostgresError`; `CancellationError`.
    public func purge(
        _ request: PurgeRequest,
        in database: String,
        onProgress: @escaping @Sendable (PurgeResult) -> Void = { _ in }
    ) async throws -> PurgeResult {
        try await inSetUp(database, for: .operator) { session in
            for queue in request.queues ?? [] { try Queue.check(queue, session) }
            var result = PurgeResult()
            let limit = Self.tasksAtOnce
            for queue in request.eachQueue {
                var lastID: Int64? = request.deadAge == nil ? nil : 0
                while let after = lastID {
                    let call = request.search.call(
                        "purge_dead",
                        ["\(queue)", "\(request.deadAge)", "\(limit)", "\(after)", request.named]
                    )
                    let row = try session.one("select p.purged, p.last_id from \(sql: call) as p")
                    result.dead += try row.get("purged")
                    lastID = try row.get("last_id")
                    onProgress(result)
                }
                var purged = request.doneAge == nil ? 0 : 1
                while purged > 0 {
                    let call = request.search.call("purge_done", ["\(queue)", "\(request.doneAge)", "\(limit)"])
                    purged = try session.one("select \(sql: call) as purged").get("purged")
                    result.done += purged
                    onProgress(result)
                }
            }
            return result
        }
    }

    /// Plans a purge, to be printed: one transaction, which is long for very many tasks.
    ///
    /// - Throws: `CronmillError` for a queue that is not there; `PostgresError`.
    public func planPurge(_ request: PurgeRequest, in database: String) async throws -> Plan {
        try await inSetUp(database, for: .operator) { session in
            for queue in request.queues ?? [] { try Queue.check(queue, session) }
            var plan = Plan()
            for queue in request.eachQueue {
                let ofQueue = queue.map { " of queue \($0)" } ?? ""
                if let age = request.deadAge {
                    plan.add(
                        "purge dead tasks\(ofQueue)",
                        in: database,
                        "select p.purged from \(sql: request.search.call("purge_dead", ["\(queue)", "\(age)", request.named])) as p"
                    )
                }
                if let age = request.doneAge {
                    plan.add(
                        "purge finished tasks\(ofQueue)",
                        in: database,
                        "select \(sql: request.search.call("purge_done", ["\(queue)", "\(age)"])) as purged"
                    )
                }
            }
            return plan
        }
    }
}

extension PurgeRequest {
    /// One queue after another; a nil is all at once.
    fileprivate var eachQueue: [String?] { queues.map { $0.map { Optional($0) } } ?? [nil] }

    /// The numbers, as an argument.
    fileprivate var named: SQL? { ids.map { "task_ids => \($0)" } }

    /// The tables it is about.
    fileprivate var tables: [String] {
        [deadAge.map { _ in "dead_task" }, doneAge.map { _ in "done_task" }].compactMap { $0 }
    }
}

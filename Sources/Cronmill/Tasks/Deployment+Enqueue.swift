internal import Postgres
internal import Synchronization

/// What applies to every task of one call.
public struct EnqueueOptions: Sendable, Hashable {
    /// 0 to 9, 9 first.
    public var priority: Int = 0
    /// Not before this time, as PostgreSQL reads it: `2027-01-01 08:00+01`, `tomorrow`. Nil is now.
    public var runAt: String?
    /// While a task waits with this key, no other of the queue can be enqueued with it.
    public var uniqueKey: String?
    /// Of the tasks of a group one at a time is done, in the order in which they were enqueued.
    public var groupKey: String?
    /// Of the task, instead of the processor's.
    public var timeout: Duration?
    /// Of the task, instead of the processor's.
    public var maxAttempts: Int?
    /// Words by which they are found: 32 at most, of 1 to 100 bytes.
    public var tags: [String] = []
    /// Whether each line is an object with `payload` and settings of its own: `priority`, `run_at`, `unique_key`,
    /// `group_key`, `timeout`, `max_attempts`, `tags`. They win over those here.
    public var hasEnvelopes = false

    /// Priority 0, now.
    public init() {}

    /// Whether they say no more than priority and time.
    fileprivate var isPlain: Bool {
        !hasEnvelopes && uniqueKey == nil && groupKey == nil && timeout == nil && maxAttempts == nil
            && tags.isEmpty
    }
}

/// What became of the lines of one call.
public struct EnqueueResult: Sendable, Hashable {
    /// New tasks.
    public var enqueued: Int
    /// Lines whose unique key a waiting task had already.
    public var waitedAlready: Int
}

extension Deployment {
    /// Puts tasks into a queue, all of them or none, in one transaction: JSON lines, streamed by COPY. Blank lines
    /// are skipped.
    ///
    /// - Parameters:
    ///   - queue: name of the queue.
    ///   - database: the work database.
    ///   - options: what applies to every task.
    ///   - next: gives bytes of the lines, in pieces of any size, nil at the end. Called on the connection's own
    ///     thread, so it may block.
    /// - Returns: how many tasks are new.
    /// - Throws: `InvalidLine`, which names the line that is not JSON, or no envelope; `CronmillError`; `PostgresError`.
    public func enqueue(
        into queue: String,
        database: String,
        options: EnqueueOptions = EnqueueOptions(),
        lines next: @escaping @Sendable () throws -> [UInt8]?
    ) async throws -> EnqueueResult {
        try await inSetUp(database, for: .producer(queues: [queue])) { session in
            try Queue.check(queue, session)
            return try session.transaction {
                let row = try session.one(
                    """
                    select cronmill.producer_queue_id(\(queue)) as queue_id, \(options.runAt)::timestamptz::text as run_at,
                        has_table_privilege('cronmill.task', 'insert')
                            and has_function_privilege('cronmill.wake(integer)', 'execute') as may_insert
                    """
                )
                // Who may insert into the table is spared a temporary one; a producer may only call the function.
                if try options.isPlain && row.get("may_insert") {
                    let queueID: String = try row.get("queue_id")
                    let count = try TaskStream(session).copy(
                        next,
                        queueID: queueID,
                        priority: options.priority,
                        runAt: row.get("run_at")
                    )
                    try session.execute("select cronmill.wake(\(queueID)::integer)")
                    return EnqueueResult(enqueued: count, waitedAlready: 0)
                }
                return try TaskStream(session).call(next, into: queue, options)
            }
        }
    }
}

extension Deployment {
    /// Puts tasks into a queue, all of them or none: JSON lines, as one text.
    ///
    /// - Returns: how many tasks are new.
    /// - Throws: as the function for streams does.
    public func enqueue(
        into queue: String,
        database: String,
        options: EnqueueOptions = EnqueueOptions(),
        text: String
    ) async throws -> EnqueueResult {
        let once = Mutex<[UInt8]?>(Array(text.utf8))
        return try await enqueue(into: queue, database: database, options: options) {
            once.withLock { bytes in
                defer { bytes = nil }
                return bytes
            }
        }
    }
}

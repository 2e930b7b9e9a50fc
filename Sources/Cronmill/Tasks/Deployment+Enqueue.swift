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
    /// Whether each line is an object with `payload` and settings of its own: `priority`, `run_at`, `unique_key`,
    /// `group_key`, `timeout`, `max_attempts`. They win over those here.
    public var hasEnvelopes = false

    /// Priority 0, now.
    public init() {}

    /// Whether they say no more than priority and time.
    fileprivate var isPlain: Bool {
        !hasEnvelopes && uniqueKey == nil && groupKey == nil && timeout == nil && maxAttempts == nil
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
        try await inWork(database) { session in
            guard try WorkState.inspect(session).isInstalled else { throw CronmillError.notSetUp(database) }
            return try RolePart.producer(queues: [queue]).needed(of: database, session) {
                try Queue.check(queue, session)
                return try session.transaction {
                    let row = try session.one(
                        """
                        select cronmill.producer_queue_id(\(queue)) as queue_id, \(options.runAt)::timestamptz::text as run_at,
                            has_table_privilege('cronmill.task', 'insert') as may_insert
                        """
                    )
                    // Who may insert into the table is spared a temporary one; a producer may only call the function.
                    if try options.isPlain && row.get("may_insert") {
                        let count = try session.enqueueDirectly(
                            next,
                            queueID: row.get("queue_id"),
                            priority: options.priority,
                            runAt: row.get("run_at")
                        )
                        return EnqueueResult(enqueued: count, waitedAlready: 0)
                    }
                    return try session.enqueueByFunction(next, into: queue, options)
                }
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

extension Session {
    fileprivate func enqueueDirectly(
        _ source: @escaping () throws -> [UInt8]?,
        queueID: String,
        priority: Int,
        runAt: String?
    ) throws -> Int {
        // Without --run-at the column's default is used: reading the same time a million times over costs as much as
        // the index.
        let fields = [queueID, String(priority)] + [runAt].compactMap { $0 }
        let columns = ["queue_id", "priority"] + (runAt == nil ? [] : ["run_at"]) + ["payload"]
        var lines = JSONLines(fields: fields, source: source)
        guard try lines.begin() else { return 0 }
        return try copy(&lines, "cronmill.task (\(columns.joined(separator: ", ")))")
    }

    /// Chunk by chunk, so that the temporary table and the array stay small.
    fileprivate func enqueueByFunction(
        _ source: @escaping () throws -> [UInt8]?,
        into queue: String,
        _ options: EnqueueOptions
    ) throws -> EnqueueResult {
        var lines = JSONLines(bytesPerChunk: 4 << 20, source: source)
        var result = EnqueueResult(enqueued: 0, waitedAlready: 0)
        let runAt: SQL = "coalesce(\(options.runAt)::timestamptz, transaction_timestamp())"
        let settings: SQL = "\(options.groupKey), \(options.timeout?.intervalText)::interval, \(options.maxAttempts)"
        let call: SQL
        if options.hasEnvelopes || options.uniqueKey != nil {
            let envelope: SQL = options.hasEnvelopes ? "l.payload" : "jsonb_build_object('payload', l.payload)"
            call = """
                cronmill.enqueue_envelopes(
                    \(queue), array_agg(\(sql: envelope)), \(options.priority), \(sql: runAt), \(options.uniqueKey), \(sql: settings)
                )
                """
        } else {
            call = """
                cronmill.enqueue_many(
                    \(queue), array_agg(l.payload), \(options.priority), \(sql: runAt), \(sql: settings)
                )
                """
        }
        try script("create temporary table cronmill_lines (payload jsonb) on commit drop")
        while try lines.begin() {
            let count = try copy(&lines, "pg_temp.cronmill_lines (payload)")
            let enqueued: Int
            do {
                enqueued = try one("select \(sql: call) as enqueued from pg_temp.cronmill_lines as l").get("enqueued")
            } catch let error as PostgresError {
                // "Envelope 3." counts the rows of this chunk.
                guard let detail = error.detail, detail.hasPrefix("Envelope "),
                    let row = Int(detail.dropFirst("Envelope ".count).prefix { $0.isNumber })
                else { throw error }
                throw InvalidLine(number: lines.line(ofRow: row), reason: error.message, isJSON: true, hint: error.hint)
            }
            result.enqueued += enqueued
            result.waitedAlready += count - enqueued
            try script("truncate pg_temp.cronmill_lines")
        }
        return result
    }

    private func copy(_ lines: inout JSONLines, _ target: String) throws -> Int {
        do {
            let stored = try copyIn("copy \(unsafeRaw: target) from stdin with (\(unsafeRaw: JSONLines.copyFormat))") {
                try lines.next()
            }
            guard stored == lines.rowsInChunk else {
                // A line \. ends the data for COPY, which then drops the rest without a word.
                throw InvalidLine(number: lines.line(ofRow: stored + 1), reason: #"Token "\." is invalid."#)
            }
            return stored
        } catch let error as PostgresError {
            // "COPY task, line 3, column payload: ..." counts the rows of this COPY.
            // 54000 is for what is too large for jsonb.
            guard error.sqlState?.isClass("22") == true || error.sqlState?.isClass("54") == true,
                let context = error.context,
                let start = context.firstRange(of: ", line ", after: "COPY "),
                let row = Int(context[start.upperBound...].prefix { $0.isNumber })
            else { throw error }
            let number = lines.line(ofRow: row)
            // Not every JSON is a jsonb: a zero character, a number too large, what the database's encoding has not.
            guard error.sqlState == .invalidTextRepresentation || error.sqlState == .characterNotInRepertoire else {
                throw InvalidLine(number: number, reason: error.message, isJSON: true, detail: error.detail)
            }
            throw InvalidLine(number: number, reason: error.detail ?? error.message)
        }
    }
}

extension String {
    fileprivate func firstRange(of text: String, after beginning: String) -> Range<Index>? {
        guard let start = firstRange(of: beginning) else { return nil }
        return self[start.upperBound...].firstRange(of: text)
    }
}

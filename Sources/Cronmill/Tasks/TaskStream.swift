internal import Postgres

/// Puts lines into a queue as they come.
struct TaskStream {
    let session: Session

    init(_ session: Session) { self.session = session }

    /// By COPY into the table, for who may insert there.
    func copy(
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

    /// By the function for producers, chunk by chunk, so that the temporary table and the array stay small.
    func call(
        _ source: @escaping () throws -> [UInt8]?,
        into queue: String,
        _ options: EnqueueOptions
    ) throws -> EnqueueResult {
        var lines = JSONLines(bytesPerChunk: 4 << 20, source: source)
        var result = EnqueueResult(enqueued: 0, waitedAlready: 0)
        let runAt: SQL = "coalesce(\(options.runAt)::timestamptz, transaction_timestamp())"
        let tags: SQL = options.tags.isEmpty ? "" : ", tags => \(options.tags)::text[]"
        let settings: SQL = """
            \(options.groupKey), \(options.timeout?.intervalText)::interval, \(options.maxAttempts)\(sql: tags)
            """
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
        try session.script("create temporary table cronmill_lines (payload jsonb) on commit drop")
        while try lines.begin() {
            let count = try copy(&lines, "pg_temp.cronmill_lines (payload)")
            let enqueued: Int = try naming(lines) {
                try session.one("select \(sql: call) as enqueued from pg_temp.cronmill_lines as l").get("enqueued")
            }
            result.enqueued += enqueued
            result.waitedAlready += count - enqueued
            try session.script("truncate pg_temp.cronmill_lines")
        }
        return result
    }

    /// As a graph, by one call.
    func callGraph(
        _ source: @escaping () throws -> [UInt8]?,
        into queue: String,
        _ options: GraphOptions
    ) throws -> (id: Int64, tasks: Int) {
        var lines = JSONLines(source: source)
        try session.script("create temporary table cronmill_lines (payload jsonb) on commit drop")
        let count = try lines.begin() ? copy(&lines, "pg_temp.cronmill_lines (payload)") : 0
        let id: Int64 = try naming(lines) {
            try session.one(
                """
                select cronmill.enqueue_graph(
                    \(queue), array_agg(l.payload), \(options.name), \(options.cancelsOnDead ? "cancel" : "hold"),
                    \(options.deadline)::timestamptz
                ) as graph_id
                from pg_temp.cronmill_lines as l
                """
            ).get("graph_id")
        }
        return (id, count)
    }

    /// Does what is refused with "Envelope 3.", which counts the rows of this chunk, and names the line then.
    private func naming<Value>(_ lines: JSONLines, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as PostgresError {
            guard let detail = error.detail, detail.hasPrefix("Envelope "),
                let row = Int(detail.dropFirst("Envelope ".count).prefix { $0.isNumber })
            else { throw error }
            throw InvalidLine(number: lines.line(ofRow: row), reason: error.message, isJSON: true, hint: error.hint)
        }
    }

    private func copy(_ lines: inout JSONLines, _ target: String) throws -> Int {
        do {
            let stored = try session.copyIn(
                "copy \(unsafeRaw: target) from stdin with (\(unsafeRaw: JSONLines.copyFormat))"
            ) {
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

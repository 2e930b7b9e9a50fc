internal import Postgres

/// What applies to every task of one call.
public struct EnqueueOptions: Sendable, Hashable {
    /// 0 to 9, 9 first.
    public var priority: Int = 0
    /// Not before this time, as PostgreSQL reads it: `2027-01-01 08:00+01`, `tomorrow`. Nil is now.
    public var runAt: String?

    /// Priority 0, now.
    public init() {}
}

extension Deployment {
    /// Puts tasks into a queue, all of them or none: JSON lines, streamed by COPY into a temporary table and from
    /// there by one function call per chunk, in one transaction. Blank lines are skipped.
    ///
    /// - Parameter next: gives bytes of the lines, in pieces of any size, nil at the end. Called on the
    ///   connection's own thread, so it may block.
    /// - Returns: the number of tasks.
    /// - Throws: `CronmillError` that names the line which is not JSON; `PostgresError`.
    public func enqueue(
        into queue: String,
        database: String,
        options: EnqueueOptions = EnqueueOptions(),
        lines next: @escaping @Sendable () throws -> [UInt8]?
    ) async throws -> Int {
        try await with(connectWork(database)) { connection in
            try await connection.run { session in
                try session.transaction {
                    let runAt: String? = try session.one(
                        "select coalesce(\(options.runAt)::timestamptz, clock_timestamp())::text as run_at"
                    ).get("run_at")
                    try session.execute("select cronmill.queue_id(\(queue))")
                    try session.script("create temporary table cronmill_lines (payload jsonb) on commit drop")
                    var chunks = LineChunks(next: next)
                    var total = 0
                    while try chunks.begin() {
                        let stored: Int
                        do {
                            // No character of JSON can be one of these two: every line is one value as it stands.
                            stored = try session.copyIn(
                                """
                                copy pg_temp.cronmill_lines (payload)
                                from stdin with (format csv, delimiter e'\\x01', quote e'\\x02')
                                """
                            ) { try chunks.next() }
                        } catch let error as PostgresError {
                            throw Self.lineError(error, before: chunks.linesBefore, database: database)
                        }
                        if stored < chunks.linesInChunk {
                            // A line \. ends the data for COPY, which then drops the rest without a word.
                            throw Self.lineError(chunks.linesBefore + stored + 1, detail: nil, database: database)
                        }
                        let row = try session.one(
                            """
                            select cronmill.enqueue_many(\(queue), array_agg(l.payload), \(options.priority),
                                \(runAt)::timestamptz) as total
                            from pg_temp.cronmill_lines as l where l.payload is not null
                            """
                        )
                        total += try row.get("total", as: Int?.self) ?? 0
                        try session.script("truncate pg_temp.cronmill_lines")
                    }
                    return total
                }
            }
        }
    }

    /// `COPY cronmill_lines, line 3, column payload: "..."` speaks of the chunk's lines.
    private static func lineError(_ error: PostgresError, before: Int, database: String) -> any Error {
        guard error.sqlState?.isClass("22") == true, let context = error.context,
            let start = context.firstRange(of: "COPY cronmill_lines, line ")
        else { return error }
        let digits = context[start.upperBound...].prefix { $0.isNumber }
        guard let line = Int(digits) else { return error }
        return lineError(before + line, detail: error.detail ?? error.message, database: database)
    }

    private static func lineError(_ line: Int, detail: String?, database: String) -> CronmillError {
        CronmillError(
            .failed,
            "line \(line) is not JSON",
            detail: detail,
            hint: "Every line is one JSON value. Nothing was enqueued.",
            database: database
        )
    }
}

/// Cuts a stream of lines into chunks of whole lines, so that a temporary table of a file of any size stays small.
struct LineChunks {
    private let source: () throws -> [UInt8]?
    private var pending: [UInt8] = []
    private var isAtEnd = false
    /// Lines of the present chunk, as far as they were given.
    private(set) var linesInChunk = 0
    private var bytesInChunk = 0
    private static let bytesPerChunk = 4 << 20
    /// Lines of all chunks before the present one.
    private(set) var linesBefore = 0

    init(next: @escaping () throws -> [UInt8]?) {
        source = next
    }

    /// Begins a chunk; false if nothing is left.
    mutating func begin() throws -> Bool {
        linesBefore += linesInChunk
        linesInChunk = 0
        bytesInChunk = 0
        while pending.isEmpty, !isAtEnd { try fill() }
        return !pending.isEmpty
    }

    /// The next bytes of the chunk, whole lines but for the last of the stream; nil at its end.
    mutating func next() throws -> [UInt8]? {
        guard bytesInChunk < Self.bytesPerChunk else { return nil }
        while true {
            if let end = pending.lastIndex(of: UInt8(ascii: "\n")) {
                let lines = Array(pending[...end])
                pending.removeSubrange(...end)
                linesInChunk += lines.lazy.filter { $0 == UInt8(ascii: "\n") }.count
                bytesInChunk += lines.count
                return lines
            }
            if isAtEnd {
                defer { pending = [] }
                bytesInChunk += pending.count
                linesInChunk += pending.isEmpty ? 0 : 1
                return pending.isEmpty ? nil : pending
            }
            try fill()
        }
    }

    private mutating func fill() throws {
        if let bytes = try source() { pending += bytes } else { isAtEnd = true }
    }
}

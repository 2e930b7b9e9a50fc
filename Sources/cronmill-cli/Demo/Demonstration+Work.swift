internal import Cronmill
internal import Postgres

extension Demonstration {
    /// Enqueues the records of tables, and gives the number of each.
    func enqueue(_ tables: [CodeTable], into database: DemoDatabase) async throws -> [CodeTable: Int] {
        if tables == [.languages] { try headline("Every record of the tables of the package iso-codes is a task") }
        try command(database.enqueueLine(tables))
        var counts: [CodeTable: Int] = [:]
        for table in tables {
            counts[table] = try await enqueue(table, into: database)
        }
        let total = counts.values.reduce(0, +)
        try result("\(database.name): \(total.counted) tasks enqueued into \(database.name)")
        return counts
    }

    private func enqueue(_ table: CodeTable, into database: DemoDatabase) async throws -> Int {
        let text = try table.text()
        let lines: [String] = try await with(database.name) { connection in
            try await connection.query(database.lines(of: text)).map { try $0.get("line") }
        }
        let bytes = Once(Array(lines.map { $0 + "\n" }.joined().utf8))
        return try await deployment.enqueue(into: database.name, database: database.name) { bytes.take() }
    }

    /// Shows how pg_cron works the tasks off, until none is left.
    func watch(_ total: Int, every interval: Duration?) async throws {
        let clock = ContinuousClock()
        let begin = clock.now
        if let interval {
            try result("pg_cron starts the jobs within \(interval.shortText).")
        } else {
            let wait = try await timeToNextMinute()
            try result("pg_cron starts jobs at the full minute only: in \(wait.shortText).")
        }
        var start: ContinuousClock.Instant?
        while true {
            let processors = try await processors()
            let left = processors.map { $0.ready + $0.scheduled }.reduce(0, +)
            let running = processors.map(\.running).reduce(0, +)
            if start == nil, running > 0 || left < total {
                start = clock.now
                try result("After \((clock.now - begin).shortText) it has started them.")
            }
            if left == 0, let start {
                let slots = processors.map(\.slots).reduce(0, +)
                try result("\(total.counted) tasks worked off by \(slots) slots in \((clock.now - start).shortText).")
                return
            }
            guard clock.now - begin < Self.patience else {
                throw CronmillError(
                    .failed,
                    "\(left.counted) of \(total.counted) tasks are not done after \(Self.patience.shortText)",
                    detail: processors.map { "\($0.database): \($0.lastRun?.message ?? "no message")" }
                        .joined(separator: "; ")
                )
            }
            if start == nil {
                let wait = try await interval == nil ? timeToNextMinute().shortText : "a few seconds"
                output.progress("\(left.counted) tasks ready; pg_cron's next tick is in \(wait)")
            } else {
                output.progress(ProgressBar(done: total - left, total: total).text)
            }
            try await Task.sleep(for: start == nil ? .milliseconds(200) : .milliseconds(50))
        }
    }

    /// Enqueues a table while runs wait for more, and shows how soon its tasks are done.
    func enqueueWhileRunning(_ table: CodeTable, into database: DemoDatabase) async throws -> [CodeTable: Int] {
        try headline("A run stays until the next tick, so what is enqueued meanwhile does not wait for one")
        let counts = try await enqueue([table], into: database)
        let clock = ContinuousClock()
        let begin = clock.now
        try await with(database.name) { connection in
            while try await !connection.query("select 1 from cronmill.task limit 1").isEmpty {
                guard clock.now - begin < Self.patience else {
                    throw CronmillError(.failed, "tasks are not done after \(Self.patience.shortText)")
                }
                try await Task.sleep(for: .milliseconds(2))
            }
        }
        try result("All done \((clock.now - begin).shortText) later.")
        return counts
    }

    /// The processors of all databases.
    ///
    /// - Throws: the first error, if a database could not be asked.
    private func processors() async throws -> [ProcessorStatus] {
        let report = try await status()
        return try report.databases.flatMap { try $0.outcome.get() }
    }

    func status() async throws -> StatusReport {
        let report = try await deployment.status(databases: DemoDatabase.all.map(\.name))
        if let error = report.cronError { throw error }
        return report
    }

    /// The time until the server's clock shows a full minute.
    private func timeToNextMinute() async throws -> Duration {
        let row = try await with("postgres") { connection in
            try await connection.query("select 60 - extract(second from clock_timestamp())::double precision as seconds")
                .first
        }
        return .seconds(try row?.get("seconds", as: Double.self) ?? 60)
    }

    /// Longer than any tick of pg_cron and the demo's work together.
    static var patience: Duration { .seconds(180) }
}

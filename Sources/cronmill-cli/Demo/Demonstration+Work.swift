internal import Cronmill
internal import Postgres

extension Demonstration {
    /// Enqueues the records of tables, and gives the number of each.
    func enqueue(_ tables: [CodeTable], into database: DemoDatabase) async throws -> [CodeTable: Int] {
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
        return try await deployment.enqueue(
            into: database.name,
            database: database.name,
            text: lines.joined(separator: "\n")
        ).enqueued
    }

    /// Shows how pg_cron works the tasks off, until none is left.
    func watch(_ total: Int, every interval: Duration?) async throws {
        let clock = ContinuousClock()
        let begin = clock.now
        if let interval {
            try result("pg_cron starts the jobs every \(interval.shortText).")
        } else {
            let wait = try await timeToNextMinute()
            try result("pg_cron starts jobs at the full minute: its next tick is in \(wait.shortText).")
        }
        var start: ContinuousClock.Instant?
        while true {
            let processors = try await processors()
            let left = processors.map { $0.ready + $0.scheduled }.reduce(0, +)
            let running = processors.map(\.running).reduce(0, +)
            if start == nil, running > 0 || left < total {
                start = clock.now
                try result("The jobs started after \((clock.now - begin).shortText).")
            }
            if left == 0, start != nil {
                let slots = processors.map(\.slots).reduce(0, +)
                let time = try await timeOfWork().shortText
                return try result("\(total.counted) tasks were done by \(slots) slots in \(time).")
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
                let wait = try await interval == nil ? timeToNextMinute().shortText : "a moment"
                output.progress("\(left.counted) tasks ready; pg_cron's next tick is in \(wait)")
            } else {
                output.progress(ProgressBar(done: total - left, total: total).text)
            }
            try await Task.sleep(for: start == nil ? .milliseconds(200) : .milliseconds(50))
        }
    }

    /// Enqueues a table while runs wait for more, and shows how soon its tasks are done.
    func enqueueWhileRunning(_ table: CodeTable, into database: DemoDatabase) async throws -> [CodeTable: Int] {
        try headline("Runs stay until the next tick: what is enqueued now need not wait for it")
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
        try result("All of them were done \((clock.now - begin).shortText) later.")
        return counts
    }

    /// The processors of all databases.
    ///
    /// - Throws: the first error, if a database could not be asked.
    private func processors() async throws -> [ProcessorStatus] {
        let report = try await status()
        return try report.databases.flatMap { try $0.outcome.get() }
    }

    func status(of databases: [String] = DemoDatabase.all.map(\.name)) async throws -> StatusReport {
        let report = try await deployment.status(databases: databases)
        if let error = report.cronError { throw error }
        return report
    }

    /// The time from the start of the first run to the arrival of the last record, by the server's clock.
    private func timeOfWork() async throws -> Duration {
        var starts: [Double] = []
        var ends: [Double] = []
        for database in DemoDatabase.all {
            let row = try await with(database.name) { connection in
                try await connection.query(
                    """
                    select
                        (select extract(epoch from min(r.started_at)) from cronmill.run as r) as began,
                        (select extract(epoch from max(a.last_at)) from app.arrival as a) as ended
                    """
                ).first
            }
            if let began = try row?.get("began", as: Double?.self) { starts.append(began) }
            if let ended = try row?.get("ended", as: Double?.self) { ends.append(ended) }
        }
        return .seconds((ends.max() ?? 0) - (starts.min() ?? 0))
    }

    /// The time until the server's clock shows a full minute.
    private func timeToNextMinute() async throws -> Duration {
        let row = try await with("postgres") { connection in
            try await connection.query(
                "select 60 - extract(second from clock_timestamp())::double precision as seconds"
            )
            .first
        }
        let seconds: Double = try row?.get("seconds") ?? 60
        // A countdown in tenths of a second would only flicker.
        return .seconds(Int(seconds.rounded(.up)))
    }

    /// Longer than any tick of pg_cron and the demo's work together.
    static var patience: Duration { .seconds(180) }
}

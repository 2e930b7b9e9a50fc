internal import Postgres
internal import SQLFiles

extension Deployment {
    /// What runs were like, from pg_cron's history, and their tasks, from the counters of the work databases, up to now.
    ///
    /// - Parameter request: which of them, and how far back.
    /// - Returns: a report even if work databases cannot be asked; no row for what had neither runs nor tasks.
    /// - Throws: `CronmillError` if nothing is installed, for a processor that never had a job, or a database whose runs
    ///   may not be seen; `PostgresError`.
    public func statistics(_ request: StatisticsRequest = StatisticsRequest()) async throws -> StatisticsReport {
        let (window, runs, databases, isSwitchedOff) = try await inRegistry(for: .monitor, of: request.databases) {
            session in
            try Visibility(session).check(request.databases, "runs")
            try Visibility(session).checkRan(request.processors, in: request.databases)
            let window = try StatisticsWindow(request.window, session)
            let runs = try session.query(window.runs(request)).map { try RunStatistics($0) }
            return try (
                window, runs, Visibility(session).databases(among: request.databases), RunHistory(session).isOff()
            )
        }
        var report = StatisticsReport(rows: runs, isSwitchedOff: isSwitchedOff)
        let results = await forEach(databases) { database in
            try await inSetUp(database, for: .monitor) { session in
                try session.query(window.tasks(request)).map {
                    try RunStatistics($0, database: database, window: window)
                }
            }
        }
        for result in results {
            switch result.outcome {
            case .success(let rows): report.rows.merge(rows)
            case .failure(let error): report.notVisible[result.database] = error
            }
        }
        for index in report.rows.indices where report.notVisible[report.rows[index].database] != nil {
            report.rows[index].tasksAreVisible = false
        }
        report.rows.sort { ($0.database, $0.processor, $0.slot ?? 0) < ($1.database, $1.processor, $1.slot ?? 0) }
        return report
    }
}

extension RunStatistics {
    /// What it is about.
    fileprivate var key: [String] { [database, processor, slot.map(String.init) ?? ""] }
}

extension [RunStatistics] {
    /// Adds what is known of tasks to the rows of runs; tasks without runs make rows of their own.
    fileprivate mutating func merge(_ rows: [RunStatistics]) {
        // A database gives as many as its owner wants.
        let places = Dictionary(zip(map(\.key), indices)) { first, _ in first }
        for row in rows {
            if let index = places[row.key] {
                self[index].tasks = row.tasks
            } else {
                append(row)
            }
        }
    }
}

/// From when to when statistics are, by the database's clock, and the statements that ask for them.
private struct StatisticsWindow: Sendable {
    /// In how many parts the course of tasks is told.
    static let parts = 12

    /// Seconds since 1970.
    let until: Double
    let length: Duration

    init(_ length: Duration, _ session: Session) throws {
        self.length = length
        until = try session.one("select extract(epoch from clock_timestamp())::double precision as until").get("until")
    }

    private var end: SQL { "to_timestamp(\(until)::double precision)" }
    private var since: SQL { "(\(sql: end) - \(length)::interval)" }
    private var before: SQL { "(\(sql: end) - 2 * \(length)::interval)" }

    func runs(_ request: StatisticsRequest) -> SQL {
        """
        select s.database_name, s.processor, s.slot, s.runs, s.failures, s.stopped, s.average, s.p50, s.p95, s.p99,
            s.longest, s.occupied, \(sql: ServerTime.columns("s.last_success", as: "last_success")),
            s.runs_before, s.failures_before, s.average_before, s.occupied_before
        from cronmill_cron.run_statistics(
            \(sql: since), \(sql: end), \(request.databases), \(request.processors), \(request.bySlot)
        ) as s
        """
    }

    func tasks(_ request: StatisticsRequest) -> SQL {
        .taskStatistics(
            bySlot: request.bySlot,
            length: length,
            parts: Self.parts,
            processors: request.processors,
            since: since,
            before: before,
            until: end
        )
    }
}

extension RunStatistics {
    /// What the cron database says.
    fileprivate init(_ row: Row) throws {
        func duration(_ name: String) throws -> Duration? { try row.get(name, as: Duration?.self) }
        try self.init(database: row.get("database_name"), processor: row.get("processor"), slot: row.get("slot"))
        runs = try Runs(
            count: row.get("runs"),
            failures: row.get("failures"),
            stopped: row.get("stopped"),
            average: duration("average"),
            p50: duration("p50"),
            p95: duration("p95"),
            p99: duration("p99"),
            longest: duration("longest"),
            occupied: row.get("occupied"),
            lastSuccess: row.time("last_success"),
            before: row.get("runs_before", as: Int?.self).map { count in
                try Runs.Before(
                    count: count,
                    failures: row.get("failures_before"),
                    average: duration("average_before"),
                    occupied: row.get("occupied_before")
                )
            }
        )
    }

    /// What a work database says.
    fileprivate init(_ row: Row, database: String, window: StatisticsWindow) throws {
        try self.init(database: database, processor: row.get("processor"), slot: row.get("slot"))
        let counts = try TaskCounts(
            done: row.get("done", as: Int?.self) ?? 0,
            failed: row.get("failed", as: Int?.self) ?? 0,
            dead: row.get("dead", as: Int?.self) ?? 0
        )
        let worked = try TaskTimes(counts: row.get("worked"))
        let slots: Int = try row.get("slots")
        tasks = try Tasks(
            counts: counts,
            lostRuns: row.get("lost_runs"),
            course: row.get("course"),
            perSecond: Double(counts.done) / (window.length / .seconds(1)),
            waited: TaskTimes(counts: row.get("waited")),
            worked: worked,
            busy: worked.estimatedSum / (window.length * min(max(slots, 1), 1_000_000)),
            before: row.get("reaches_back") == false
                ? nil
                : TaskCounts(
                    done: row.get("done_before"),
                    failed: row.get("failed_before"),
                    dead: row.get("dead_before")
                )
        )
    }
}

internal import Postgres

extension Stage {
    /// Databases whose processors are enabled, four each; the others are registered as disabled ones are.
    private static let enabledDatabases = 5
    private static let processorsEach = 4

    /// Makes work databases of a template and lets pg_cron's history grow.
    ///
    /// Five databases are set up or adopted as a user does it and run; of the others the registry and `cron.job` get the
    /// rows that doing so would have left, because adopting hundreds takes minutes.
    func furnishReports(databases: Int, historyRows: Int) async throws {
        let names = (1...databases).map { "reports_\($0)" }
        try await makeDatabase(names[0])
        for number in 1...Self.processorsEach {
            try await cronmill(
                ["setup", "--queue", "queue_\(number)", "--handler", "app.noop", "--run-as", "bench_runner"],
                databases: [names[0]]
            )
        }
        try await copyDatabase("reports", databases: databases, adopted: Self.enabledDatabases)
        let enabled = Array(names.prefix(Self.enabledDatabases))
        try await cronmill(["sync", "--adopt", "--yes"], databases: Array(enabled.dropFirst()))
        try await register(prefix: "reports", databases: databases, adopted: enabled.count)
        _ = try await psql(
            ["-v", "rows=\(historyRows)", "-f", "\(folder)/sql/history.sql"],
            database: "postgres"
        )
        try await cronmill(["enable"], databases: enabled)
        try await waitForRunning(enabled.count * Self.processorsEach)
    }

    /// Makes a database with a handler, `app.noop`.
    func makeDatabase(_ name: String) async throws {
        _ = try await psql(["-c", "create database \(name)"], database: "postgres")
        _ = try await psql(
            [
                "-c",
                """
                create schema app;
                create function app.noop(payload jsonb) returns void language sql begin atomic; select; end;
                grant usage on schema app to bench_runner
                """,
            ],
            database: name
        )
    }

    private func waitForRunning(_ count: Int) async throws {
        for _ in 0..<120 {
            let text = try await psql(
                [
                    "-c",
                    "select count(*) from pg_stat_activity where datname like 'reports\\_%' and application_name like 'cronmill slot%'",
                ],
                database: "postgres"
            )
            if Int(text.filter { !$0.isNewline }) == count { return }
            try await Task.sleep(for: .seconds(1))
        }
        throw InvalidRound("pg_cron has not started the \(count) runs")
    }

    /// Seconds from start to end of `cronmill status --all`, which has to show every processor.
    func timeStatus(databases: Int) async throws -> Double {
        let clock = ContinuousClock.now
        let text = try await cronmill(["status", "--all"], databases: [])
        let seconds = (ContinuousClock.now - clock).inSeconds
        let shown = text.split(separator: "\n").count { $0.hasPrefix("  queue_") }
        guard shown == databases * Self.processorsEach else {
            throw InvalidRound("status shows \(shown) of \(databases * Self.processorsEach) processors")
        }
        return seconds
    }

    /// Seconds from start to end of `cronmill runs --all --limit 50`, of the newest runs or, with `--until`, of older
    /// ones, and how many databases they were of.
    func timeRuns(until: String? = nil) async throws -> (seconds: Double, databases: Int) {
        let clock = ContinuousClock.now
        let text = try await cronmill(
            ["runs", "--all", "--limit", "50"] + (until.map { ["--until", $0] } ?? []),
            databases: []
        )
        let seconds = (ContinuousClock.now - clock).inSeconds
        let shown = text.split(separator: "\n").dropFirst()
        guard shown.count == 50 else { throw InvalidRound("runs shows \(shown.count) of 50 rows") }
        return (seconds, Set(shown.map { $0.prefix { $0 != " " } }).count)
    }
}

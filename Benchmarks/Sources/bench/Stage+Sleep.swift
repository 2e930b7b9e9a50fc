internal import Foundation
internal import Postgres
internal import PrivateServer

/// Databases with one processor each that sleeps.
extension Stage {
    /// How many of them may be at work at once.
    static let sleepBudget = 30
    static let sleepAfter = "5s"

    /// Beside the usual ones: room for the budget, and for a session of the benchmark in each database.
    static let sleepSettings = settings.merging([
        "cron.max_running_jobs": "40",
        "cron.use_background_workers": "off",
        "max_connections": "500",
        "max_worker_processes": "120",
    ]) { $1 }

    static func sleeper(_ number: Int) -> String { "sleep_\(number)" }

    /// Makes databases and sets Cronmill up in them, as a user does it; nothing is enabled yet.
    ///
    /// - Returns: the seconds that it took to make them, and to set them up.
    func furnishSleepers(_ count: Int) async throws -> (making: Double, settingUp: Double) {
        let clock = ContinuousClock()
        var begun = clock.now
        for statement in ["create extension pg_cron", "create role bench_runner login", "create database bench"] {
            _ = try await psql(["-c", statement], database: "postgres")
        }
        _ = try await psql(["-f", "\(folder)/sql/sleep.sql"])
        let connection = try await connect(database: "postgres")
        for number in 1...count {
            try await connection.execute(
                "create database \(identifier: Self.sleeper(number)) template \(identifier: Self.database)"
            )
        }
        await connection.close()
        let making = (clock.now - begun).inSeconds
        begun = clock.now
        for group in groups(of: count) {
            try await cronmill(
                [
                    "setup", "--queue", "work", "--handler", "app.note", "--run-as", "bench_runner", "--sleep-after",
                    Self.sleepAfter, "--budget", String(Self.sleepBudget),
                ],
                databases: group
            )
        }
        return (making, (clock.now - begun).inSeconds)
    }

    /// The names of the databases in groups, so that no list of arguments is too long.
    private func groups(of count: Int) -> [[String]] {
        stride(from: 1, through: count, by: 50).map { first in
            (first...min(count, first + 49)).map(Self.sleeper)
        }
    }

    /// Enables them all, and waits until they have been at work for the first time, and sleep.
    func enableSleepers(_ count: Int) async throws -> (enabling: Double, falling: Double) {
        let clock = ContinuousClock()
        let begun = clock.now
        for group in groups(of: count) { try await cronmill(["enable"], databases: group) }
        let enabled = clock.now
        try await waitUntilAsleep(count)
        return ((enabled - begun).inSeconds, (clock.now - enabled).inSeconds)
    }

    /// How many processors there are in each state, as the registry knows it.
    func sleepStates() async throws -> [String: Int] {
        let rows = try await rows(
            """
            select d.state, count(*) as total
            from cronmill_cron.demand as d
            join cronmill_cron.processor as p
                on p.work_database_id = d.work_database_id and p.name = d.processor and p.enabled
            group by d.state
            """,
            database: "postgres"
        )
        return try rows.reduce(into: [:]) { $0[try $1.get("state")] = try $1.get("total", as: Int.self) }
    }

    /// Waits until all but so many of them sleep.
    func waitUntilAsleep(_ count: Int, but others: Int = 0) async throws {
        let clock = ContinuousClock()
        let begun = clock.now
        var states: [String: Int] = [:]
        // By the minute the first run of each takes as many minutes as the budget goes into their number.
        let each = try await knowsSeconds() ? 1.0 : 4.0
        while (clock.now - begun).inSeconds < 120 + each * Double(count) {
            states = try await sleepStates()
            if states["asleep", default: 0] >= count - others { return }
            try await Task.sleep(for: .milliseconds(500))
        }
        throw InvalidRound("they do not fall asleep: \(states)")
    }

    /// Whether pg_cron knows schedules of seconds: 1.5 or later.
    func knowsSeconds() async throws -> Bool {
        try await one("select current_setting('cron.timezone', true) is not null as is_so", "is_so")
    }

    /// What the server uses while all sleep, and what is to be seen of it.
    func rest(seconds: Int) async throws -> Rest {
        let before = try processorSeconds()
        let begun = ContinuousClock.now
        var backends = 0
        for _ in 0..<max(1, seconds / 5) {
            try await Task.sleep(for: .seconds(5))
            backends = max(backends, try await sleepersBackends())
        }
        let took = (ContinuousClock.now - begun).inSeconds
        return Rest(
            share: 100 * (try processorSeconds() - before) / took,
            rowsPerMinute: Double(try await cronRows(seconds: took)) * 60 / took,
            backends: backends
        )
    }

    /// Measures while autovacuum does not visit the databases, as it does on every server that has so many of them.
    func withoutAutovacuum<Value>(_ body: () async throws -> Value) async throws -> Value {
        try await setAutovacuum("off")
        let value = try await body()
        try await setAutovacuum("on")
        return value
    }

    private func setAutovacuum(_ value: String) async throws {
        try await script("alter system set autovacuum = \(value)")
        try await script("select pg_reload_conf()")
        try await Task.sleep(for: .seconds(2))
    }

    struct Rest: Sendable {
        /// Percent of one core.
        var share: Double
        /// Rows of pg_cron's history.
        var rowsPerMinute: Double
        /// The most backends seen in the work databases.
        var backends: Int
    }

    private func sleepersBackends() async throws -> Int {
        try await one(
            """
            select count(*) as total from pg_stat_activity as a
            where a.datname like 'sleep\\_%' and a.backend_type <> 'autovacuum worker'
            """,
            "total"
        )
    }

    /// Runs of pg_cron that began in the last seconds, those of the housekeepers included.
    func cronRows(seconds: Double, like pattern: String = "%") async throws -> Int {
        try await one(
            """
            select count(*) as total from cron.job_run_details as d
            where d.start_time > clock_timestamp() - make_interval(secs => \(seconds)) and d.command like \(pattern)
            """,
            "total",
            database: "postgres"
        )
    }

    /// kB of `cron.job` with its indexes.
    func jobTableSize() async throws -> Double {
        try await one(
            "select (pg_total_relation_size('cron.job') / 1024.0)::float8 as size",
            "size",
            database: "postgres"
        )
    }

    /// Puts the server's errors together that are alike, the most frequent first.
    func loggedErrors(after offset: Int = 0) throws -> (errors: [(text: String, count: Int)], end: Int) {
        let text = try String(contentsOfFile: server.logPath, encoding: .utf8)
        var counts: [String: Int] = [:]
        for line in text.utf8.dropFirst(offset).split(separator: UInt8(ascii: "\n")) {
            let line = String(decoding: line, as: UTF8.self)
            guard let kind = line.firstRange(of: #/(ERROR|FATAL|PANIC|WARNING): /#) else { continue }
            // Numbers and names differ.
            let message = String(line[kind.lowerBound...]).replacing(#/[0-9]+/#, with: "N")
            counts[message, default: 0] += 1
        }
        let errors = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { (text: $0.key, count: $0.value) }
        return (errors, text.utf8.count)
    }
}

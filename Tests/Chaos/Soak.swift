import Postgres

/// A steady load on a server of its own, for long, and what becomes of memory and sizes.
///
/// In fast motion: a schedule of 2 seconds makes as many runs in an hour as one of a minute in thirty. In the second
/// database a run lasts ten minutes instead, so that its backend could grow.
public struct Soak: Sendable {
    private let fixture: ChaosFixture
    private let options: ChaosOptions
    private let progress: @Sendable (String) -> Void

    /// Tasks per second and database; one of twenty fails at its first attempt.
    private static let rate = 100
    private static let schedule = "2 seconds"
    private static let lingers = ["tick", "10m"]
    private static let queue = "steady"
    /// How often it looks.
    private static let step: Duration = .seconds(20)
    /// Runs of each processor that the housekeeper keeps, and after how many looks its hour is over.
    private static let kept = 500
    private static let hour = 6

    private static let handler = """
        create schema app;
        create function app.steady(task_id bigint, payload jsonb, attempt integer) returns void language plpgsql as $$
        begin
            if (payload ->> 'n')::integer % 20 = 0 and attempt = 1 then raise exception 'the first attempt fails'; end if;
        end $$;
        grant usage on schema app to \(ChaosFixture.runner);
        """

    /// Lets the load run for `options.length` and looks all the while.
    ///
    /// - Parameters:
    ///   - options: length, program and server; the rest is not used. The server's pg_cron has to know seconds.
    ///   - progress: called with a line at each look.
    /// - Throws: when the server, or the set-up, fails.
    public static func run(
        _ options: ChaosOptions,
        progress: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> ChaosReport {
        try await Chaos.onServer(options) { fixture in
            try await Soak(fixture: fixture, options: options, progress: progress).run()
        }
    }

    private func run() async throws -> ChaosReport {
        try await setUp()
        let producers = ChaosFixture.databases.map { database in Task { try await produce(into: database) } }
        defer { producers.forEach { $0.cancel() } }
        let begun = ContinuousClock.now
        var samples: [Sample] = []
        while ContinuousClock.now - begun < options.length {
            try await Task.sleep(for: Self.step)
            let sample = try await sample(after: ContinuousClock.now - begun)
            progress(sample.text)
            samples.append(sample)
            if samples.count % Self.hour == 0 {
                try await fixture.with(ChaosFixture.cronDatabase) { connection in
                    _ = try await connection.execute(
                        "update cronmill_cron.housekeeping set pass.began_at = (pass).began_at - interval '1 hour'"
                    )
                }
            }
        }
        // The first third is for tables and backends to get to their size.
        let (first, last) = (
            samples.dropFirst(samples.count / 3).prefix(samples.count / 3), samples.suffix(samples.count / 3)
        )
        var report = ChaosReport()
        report.lines = [
            "\(Self.rate) tasks a second and database, schedule \(Self.schedule), \(Self.kept) runs kept",
            Sample.heading,
        ]
        report.lines += samples.enumerated().filter { $0.offset % max(1, samples.count / 12) == 0 }.map(\.element.text)
        for (index, name) in Sample.names.enumerated() where Sample.isFlat[index] {
            let (before, after) = (Sample.median(of: index, in: first), Sample.median(of: index, in: last))
            let ratio = Double(after) / Double(max(before, 1))
            report.lines.append("\(name): \(before), at the end \(after), ratio \((ratio * 100).rounded() / 100)")
            if ratio > 1.25, after - before > 512 {
                report.violations.append("\(name) grew from \(before) to \(after)")
            }
        }
        return report
    }

    private func setUp() async throws {
        let run = ChaosRun(fixture: fixture, options: options, progress: progress)
        try await fixture.with(ChaosFixture.cronDatabase) { connection in
            try await connection.execute("create role \(identifier: ChaosFixture.runner) login")
            for database in ChaosFixture.databases {
                try await connection.execute("create database \(identifier: database)")
            }
        }
        for (database, linger) in zip(ChaosFixture.databases, Self.lingers) {
            try await fixture.with(database) { try await $0.script(Self.handler) }
            try await run.command([
                "setup", "--database", database, "--queue", Self.queue, "--handler", "app.steady",
                "--run-as", ChaosFixture.runner, "--slots", "2", "--schedule", Self.schedule, "--linger", linger,
                "--enable",
            ])
        }
        try await run.command(["prune", "--set", "keep=\(Self.kept)", "--all"])
    }

    /// Enqueues a tenth of the rate ten times a second.
    private func produce(into database: String) async throws {
        let connection = try await fixture.connect(database)
        var due = ContinuousClock.now
        while !Task.isCancelled {
            try await connection.execute(
                """
                select cronmill.enqueue_many(\(Self.queue), array(
                    select jsonb_build_object('n', n) from generate_series(1, \(Self.rate / 10)) as n))
                """
            )
            due = max(due + .milliseconds(100), .now)
            try await Task.sleep(until: due, clock: .continuous)
        }
        await connection.close()
    }

    private func sample(after time: Duration) async throws -> Sample {
        var values = try await fixture.with(ChaosFixture.cronDatabase) { connection in
            let row = try await connection.query(
                """
                select
                    (select a.pid from pg_stat_activity as a where a.backend_type = 'pg_cron launcher') as launcher,
                    pg_total_relation_size('cron.job_run_details') / 1024 as history,
                    (select count(*) from cron.job_run_details) as history_rows,
                    (select sum(pg_total_relation_size(c.oid)) / 1024 from pg_class as c
                        where c.relnamespace = 'cronmill_cron'::regnamespace and c.relkind = 'r')::bigint as registry
                """
            )[0]
            return [
                ProcessMemory.kilobytes(of: try row.get("launcher", as: Int?.self)), try row.get("registry"),
                try row.get("history"), try row.get("history_rows"),
            ]
        }
        for database in ChaosFixture.databases {
            values += try await fixture.with(database) { connection in
                let row = try await connection.query(
                    """
                    select
                        (select a.pid from pg_stat_activity as a
                            where a.datname = current_database() and a.usename = \(ChaosFixture.runner)
                            order by a.backend_start limit 1) as slot,
                        (select count(*) from cronmill.task) as waiting,
                        pg_table_size('cronmill.task') / 1024 as tasks,
                        pg_indexes_size('cronmill.task') / 1024 as task_indexes,
                        pg_total_relation_size('cronmill.run') / 1024 as runs
                    """
                )[0]
                return [
                    ProcessMemory.kilobytes(of: try row.get("slot", as: Int?.self)), try row.get("waiting"),
                    try row.get("tasks"), try row.get("task_indexes"), try row.get("runs"),
                ]
            }
        }
        return Sample(seconds: Int(time / .seconds(1)), values: values)
    }

    private struct Sample {
        let seconds: Int
        let values: [Int]

        static let names =
            ["launcher kB", "registry kB", "history kB", "history rows"]
            + ["short runs", "long runs"].flatMap { kind in
                ["backend kB", "tasks waiting", "task kB", "task indexes kB", "run kB"].map { "\(kind): \($0)" }
            }
        /// `cronmill.run` grows for the seven days for which runs are remembered.
        static let isFlat =
            [true, true, true, true] + [true, true, true, true, false] + [true, true, true, true, false]

        static let heading = "seconds | " + names.joined(separator: " | ")
        var text: String { ([seconds] + values).map(String.init).joined(separator: " | ") }

        static func median(of index: Int, in samples: some Collection<Sample>) -> Int {
            let sorted = samples.map { $0.values[index] }.filter { $0 > 0 }.sorted()
            return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
        }
    }
}

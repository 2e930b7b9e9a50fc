import Fuzzing
import Glibc
import Postgres
import PrivateServer

/// Recurring templates, fired by several sessions at once in simulated time, while backends are killed: each tick makes
/// one task.
public struct Ticks: Sendable {
    let fixture: ChaosFixture
    let options: ChaosOptions
    let templates: Int
    let minutes: Int

    private static let database = "ticks"
    private static let sessions = 8
    private static let start = "2027-01-01 00:00+00"

    /// Fires templates of every minute, of every five and of some hours, on a new server.
    ///
    /// - Parameters:
    ///   - options: the seed and the server.
    ///   - templates: how many.
    ///   - hours: of simulated time.
    ///   - kills: how many backends are killed, with SIGKILL, which is a crash of the server.
    ///   - progress: called with a sentence at each step.
    /// - Throws: when the server, or a command that nobody disturbs, fails. Broken promises are in the report.
    public static func run(
        _ options: ChaosOptions,
        templates: Int,
        hours: Int,
        kills: Int,
        progress: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> ChaosReport {
        try await Chaos.onServer(options) { fixture in
            let ticks = Ticks(fixture: fixture, options: options, templates: templates, minutes: 60 * hours)
            try await ticks.prepare()
            progress("\(templates) templates, \(hours) hours")
            let killed = try await ticks.fire(kills, progress)
            return try await ticks.verify(kills: killed)
        }
    }

    private func prepare() async throws {
        try await fixture.setUpSleepers([Self.database], ["work"])
        try await fixture.with(Self.database) { connection in
            try await connection.script(
                """
                update cronmill.processor set enabled = false;
                select cronmill.set_recurring(
                    'template ' || n, 'work',
                    (array['* * * * *', '*/5 * * * *', '7 1,3-20/4 * * *'])[1 + n % 3],
                    jsonb_build_object('payload', jsonb_build_object('n', n)),
                    catch_up => 'all', catch_up_within => '300 days')
                from generate_series(1, \(templates)) as n;
                update cronmill.recurring
                set next_at = cronmill.next_tick(schedule, zone, '\(Self.start)'::timestamptz - interval '1 second'),
                    last_at = null
                """
            )
        }
    }

    /// Returns how many were killed.
    private func fire(_ kills: Int, _ progress: @escaping @Sendable (String) -> Void) async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for session in 1...Self.sessions {
                group.addTask {
                    try await fire(as: session, progress)
                    return 0
                }
            }
            group.addTask {
                var generator = SeededGenerator(seed: options.seed, part: "ticks")
                var killed = 0
                while killed < kills, !Task.isCancelled {
                    try await Task.sleep(for: .milliseconds(Int.random(in: 300...3000, using: &generator)))
                    let choice = Int.random(in: 0..<Self.sessions, using: &generator)
                    // A recovery may take longer than is insisted.
                    let found: [Int]? = try? await fixture.insist(Self.database) { connection in
                        try await connection.query(
                            """
                            select a.pid from pg_stat_activity as a
                            where a.datname = current_database() and a.query like '%fire_templates%'
                                and a.pid <> pg_backend_pid()
                            order by a.backend_start
                            """
                        ).map { try $0.get("pid") }
                    }
                    guard let pids = found else { continue }
                    guard !pids.isEmpty else { return killed }
                    if kill(pid_t(pids[choice % pids.count]), SIGKILL) == 0 { killed += 1 }
                }
                return killed
            }
            var killed = 0
            while let result = try await group.next() { killed += result }
            return killed
        }
    }

    /// Fires minute after minute; gives up where a minute was not over after two minutes of failures.
    private func fire(as session: Int, _ progress: @escaping @Sendable (String) -> Void) async throws {
        var minute = 0
        var end = ContinuousClock.now + .seconds(120)
        while minute < minutes {
            let first = minute
            do {
                try await fixture.insist(Self.database) { connection in
                    while minute < minutes {
                        try await connection.execute(
                            """
                            select cronmill.fire_templates(
                                q.queue_id, \(Self.start)::timestamptz + \(minute) * interval '1 minute', 100)
                            from cronmill.queue as q
                            """
                        )
                        minute += 1
                        if session == 1, minute % 60 == 0 { progress("hour \(minute / 60)") }
                    }
                }
            } catch let error as PostgresError where error.isPassing && (minute > first || .now < end) {
                if minute > first { end = .now + .seconds(120) }
            }
        }
    }

    private func verify(kills: Int) async throws -> ChaosReport {
        try await fixture.insist(Self.database) { connection in
            // What was cut off last is fired now.
            let last: SQL = "\(Self.start)::timestamptz + \(minutes - 1) * interval '1 minute'"
            var fired = 1
            while fired > 0 {
                fired = try await connection.query(
                    "select cronmill.fire_templates(q.queue_id, \(sql: last), 1000) as fired from cronmill.queue as q"
                )[0].get("fired")
            }
            let row = try await connection.query(
                """
                with wanted as (
                    select n, m as at
                    from generate_series(1, \(templates)) as n
                    cross join generate_series(\(Self.start)::timestamptz, \(sql: last), '1 minute') as m
                    where case n % 3
                        when 0 then true
                        when 1 then extract(minute from m at time zone 'UTC')::integer % 5 = 0
                        else extract(minute from m at time zone 'UTC') = 7
                            and extract(hour from m at time zone 'UTC') in (1, 3, 7, 11, 15, 19)
                    end
                ),
                found as (
                    select (t.payload ->> 'n')::integer as n, t.run_at as at, count(*) as total
                    from cronmill.task as t group by 1, 2
                )
                select
                    count(*) filter (where w.n is not null) as wanted,
                    count(*) filter (where f.n is null) as missing,
                    count(*) filter (where w.n is null) as surplus,
                    count(*) filter (where f.total > 1) as doubled
                from wanted as w full join found as f on (f.n, f.at) = (w.n, w.at)
                """
            )[0]
            var report = ChaosReport()
            report.kills = kills
            let wanted: Int = try row.get("wanted")
            report.lines.append("\(wanted) ticks of \(templates) templates, \(kills) backends killed")
            for kind in ["missing", "surplus", "doubled"] {
                let count: Int = try row.get(kind)
                if count > 0 { report.violations.append("\(count) ticks are \(kind)") }
            }
            return report
        }
    }
}

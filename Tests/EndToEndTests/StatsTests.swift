import FoundationEssentials
import Testing

/// Statistics over rows of the history written by the test, and over tasks that were done.
@Suite("stats", .timeLimit(.minutes(60)))
struct StatsTests {
    private struct Row: Decodable {
        struct Runs: Decodable {
            struct Before: Decodable, Equatable {
                var count: Int
                var failures: Int
                var average_seconds: Double?
            }
            var count: Int
            var failures: Int
            var stopped: Int
            var average_seconds: Double?
            var p50_seconds: Double?
            var p95_seconds: Double?
            var p99_seconds: Double?
            var longest_seconds: Double?
            var occupied: Double?
            var before: Before?
        }
        struct Tasks: Decodable {
            struct Times: Decodable {
                var p50: Double?
                var p99: Double?
            }
            var done: Int
            var failed: Int
            var dead: Int
            var per_second: Double
            var course: [Int]
            var worked_at_most_seconds: Times
            var waited_at_most_seconds: Times
        }
        var database: String
        var processor: String
        var slot: Int?
        var runs: Runs?
        var tasks: Tasks?
    }

    private func rows(_ fixture: Fixture, _ arguments: String...) async throws -> [Row] {
        let result = try await fixture.cronmillHere(["stats", "--json"] + arguments)
        try #require(result.exitCode == 0, "\(result.errors)")
        return try JSONDecoder().decode([Row].self, from: Data(result.output.utf8))
    }

    @Test("runs are counted and measured in this while and in the one before, by processor and by slot")
    func runs() async throws {
        try await withServer { server in
            try await withDatabases(on: server) { fixture in
                try await fixture.setUp("--slots", "2")
                // Runs of 1 to 100 s in the last two hours by slot 1, every other hour before by slot 2.
                try await fixture.script(
                    """
                    delete from cron.job_run_details;
                    select setval('cron.runid_seq', 1000000);
                    insert into cron.job_run_details
                    select o.jobid, r.n + 1, 1, o.database_name, o.run_as, cronmill_cron.job_command(o.processor, o.slot),
                        case when r.n % 20 = 0 then 'failed' else 'succeeded' end, 'CALL',
                        now() - interval '4 hours' + r.n * interval '72 seconds',
                        now() - interval '4 hours' + r.n * interval '72 seconds' + r.seconds * interval '1 second'
                    from generate_series(1, 199) as n
                    cross join lateral (select n, case when n >= 100 then n - 99 else 10 end) as r (n, seconds)
                    join cronmill_cron.job as o on o.slot = case when r.n >= 100 then 1 else 2 end
                        and o.database_name = '\(fixture.database)' and o.removed_at is null;
                    update cron.job_run_details set start_time = null, end_time = null where runid = 181;
                    insert into cron.job_run_details select d.jobid, 1, 1, d.database, d.username, d.command, 'succeeded', 'CALL',
                        now() - interval '1 day', now() - interval '1 day' from cron.job_run_details as d where d.runid = 2;
                    """,
                    in: "postgres"
                )
                let row = try #require(try await rows(fixture, "--since", "2h").first)
                let runs = try #require(row.runs)
                #expect((row.database, row.processor, row.slot) == (fixture.database, "work", nil))
                #expect((runs.count, runs.failures, runs.stopped) == (99, 4, 0))
                // 2 to 100 s, without the 81 s of the one that has no times.
                #expect(abs((runs.average_seconds ?? 0) - (5049.0 - 81) / 98) < 0.001)
                #expect((runs.p50_seconds, runs.longest_seconds) == (50.5, 100))
                #expect(abs((runs.p95_seconds ?? 0) - 95.15) < 0.2)
                #expect(abs((runs.occupied ?? 0) - 4969.0 / 7200 / 2) < 0.01)
                #expect(runs.before == Row.Runs.Before(count: 100, failures: 5, average_seconds: 9.91))

                let slots = try await rows(fixture, "--since", "2h", "--by-job")
                #expect(slots.map(\.slot) == [1, 2])
                #expect(slots.map { $0.runs?.count } == [99, 0])
                #expect(slots.map { $0.runs?.before?.count } == [1, 99])
                #expect(try await rows(fixture, "--since", "30d").first?.runs?.before == nil, "the history is younger")
                #expect(try await rows(fixture, "work", "--since", "3s").count <= 1)
            }
        }
    }

    @Test("tasks are told by rate, latency and course, work in the foreground included")
    func tasks() async throws {
        try await withDatabases { fixture in
            try await fixture.script(
                """
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    if payload ? 'bad' then raise 'bad'; end if;
                    perform pg_sleep(0.02);
                end $$;
                """
            )
            try await fixture.setUp("--enable", "--linger", "0")
            #expect(try await rows(fixture).isEmpty)
            let quiet = try await fixture.cronmillHere("stats")
            #expect(quiet.output.split(separator: "\n", omittingEmptySubsequences: false).count == 4)

            try await fixture.enqueue(10)
            try await fixture.script("select cronmill.enqueue('work', '{\"bad\": 1}', max_attempts => 1)")
            try await fixture.call()
            let row = try #require(try await rows(fixture).first)
            let tasks = try #require(row.tasks)
            #expect(row.runs == nil, "pg_cron started none")
            #expect((tasks.done, tasks.failed, tasks.dead) == (10, 1, 1))
            #expect(tasks.per_second == 0.002778)
            #expect(tasks.course == Array(repeating: 0, count: 11) + [10])
            // 20 ms and a little are between 2^14 and 2^15 microseconds, if the machine is not very busy.
            #expect(tasks.worked_at_most_seconds.p50 ?? 0 >= 0.032768)
            #expect(tasks.waited_at_most_seconds.p99 ?? 0 > 0.001)

            try await fixture.enqueue(3)
            try await fixture.call(slot: 0)
            #expect(try await rows(fixture).first?.tasks?.done == 13)
            let slots = try await rows(fixture, "--by-slot")
            #expect(slots.map(\.slot) == [0, 1])
            #expect(slots.map { $0.tasks?.done } == [3, 10])
            let table = try await fixture.cronmillHere("stats", "--by-slot")
            #expect(table.output.contains("  work#0  "))
            let csv = try await fixture.cronmillHere("stats", "--csv")
            #expect(csv.output.split(separator: "\r\n").count == 2)
        }
    }

    @Test("a run that was killed makes its counts a lower bound, and that is said")
    func lostRun() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script(
                """
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(10); end $$
                """
            )
            try await fixture.enqueue(1)
            await #expect(throws: (any Error).self) { try await fixture.call() }
            // It may be going on.
            #expect(try await fixture.cronmillHere("stats").errors == "")
            try await fixture.script("delete from cronmill.task")
            try await fixture.call()
            let name = "\(fixture.database)/work"
            let text =
                " the counts are a lower bound: a run was killed, "
                + "and what it did in its last quarter of a second may be missing\n"
            #expect(try await fixture.cronmillHere("stats").errors == "\(name):\(text)")
            #expect(try await fixture.cronmillHere("stats", "--by-slot").errors == "\(name)#1:\(text)")
            #expect(try await fixture.cronmillHere("stats", "--json").output.contains("\"lost_runs\": 1"))
        }
    }
}

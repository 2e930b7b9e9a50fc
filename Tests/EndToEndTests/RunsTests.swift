import FoundationEssentials
import Postgres
import Testing

/// What is told of pg_cron's history. Most rows of it are written by the tests: for hours of runs, for ends that pg_cron
/// does not note, and for crashes.
@Suite("runs", .timeLimit(.minutes(60)))
struct RunsTests {
    private struct Listed: Decodable, Hashable {
        var runid: Int64
        var database: String
        var processor: String?
        var slot: Int?
        var status: String
        var tasks_visible: Bool
        var tasks_done: Int?
        var tasks_failed: Int?
        var tasks_retried: Int?
        var tasks_dead: Int?
    }

    private func listed(_ fixture: Fixture, _ arguments: String...) async throws -> [Listed] {
        let result = try await fixture.cronmillHere(["runs", "--json", "--limit", "1000"] + arguments)
        try #require(result.exitCode == 0, "\(result.errors)")
        return try JSONDecoder().decode([Listed].self, from: Data(result.output.utf8))
    }

    @Test("status calls a run gone where runs does, and a run of ours has its job's name")
    func gone() async throws {
        try await withHistory("call t.ran(1000001, 5, 'running', null, null, 1, 1)") { fixture in
            #expect(try await listed(fixture).map(\.status) == ["gone"])
            let status = try await fixture.cronmillHere("status", "--json")
            #expect(status.output.contains("\"status\": \"gone\""), "\(status.output)")
            let runs = try await fixture.cronmillHere("runs", "--json")
            #expect(runs.output.contains("\"job_name\": \"cronmill \(fixture.database)/work#1\""), "\(runs.output)")
        }
    }

    @Test("runs are failing when the last three fail, or as many as there are slots, whatever the hour was before")
    func inARow() async throws {
        let history = "do $$ begin for n in 1..20 loop call t.ran(1000000 + n, 50 - n); end loop; end $$"
        try await withHistory(history) { fixture in
            try await fixture.script(
                "set session_replication_role = replica; update cronmill_cron.processor set enabled = true",
                in: "postgres"
            )
            func failing(_ statements: String) async throws -> [String] {
                try await fixture.script(statements, in: "postgres")
                return try await fixture.cronRows(
                    "select j.are_runs_failing from cronmill_cron.processor_jobs(array[\(fixture.database)]) as j"
                )
            }
            #expect(try await failing("select 1") == ["f"])
            #expect(
                try await failing("call t.ran(1000021, 20, 'failed'); call t.ran(1000022, 19, 'failed')") == ["f"]
            )
            #expect(try await failing("call t.ran(1000023, 18, 'failed')") == ["t"])
            let off = "update cronmill_cron.threshold set failing = 0"
            #expect(try await failing(off) == ["f"])
            #expect(try await failing("update cronmill_cron.threshold set failing = 50") == ["t"])
            let slots = { (number: Int) in
                "set session_replication_role = replica; update cronmill_cron.processor set slots = \(number)"
            }
            #expect(try await failing(slots(4)) == ["f"])
            #expect(try await failing(slots(2)) == ["t"])
            #expect(try await failing("call t.ran(1000024, 17)") == ["f"])
            #expect(try await failing("call t.ran(1000025, 16, 'failed')") == ["f"])
        }
    }

    /// A server whose history is only what `history` says: rows of a processor's job, `n` minutes ago being `at(n)`.
    private func withHistory(_ history: String, _ body: (Fixture) async throws -> Void) async throws {
        try await withServer { server in
            try await withDatabases(on: server) { fixture in
                try await fixture.setUp("--slots", "2")
                try await fixture.script(
                    """
                    create schema t;
                    create function t.at(minutes double precision) returns timestamptz language sql
                        return date_trunc('second', now()) - minutes * interval '1 minute';
                    create procedure t.ran(
                        runid bigint, minutes double precision, status text default 'succeeded', seconds double precision default 10,
                        message text default 'CALL', slot integer default 1, pid integer default 1
                    ) language sql as $$
                        insert into cron.job_run_details
                        select o.jobid, ran.runid, ran.pid, o.database_name, o.run_as,
                            cronmill_cron.job_command(o.processor, o.slot), ran.status, ran.message, t.at(ran.minutes),
                            t.at(ran.minutes) + ran.seconds * interval '1 second'
                        from cronmill_cron.job as o
                        where o.slot = ran.slot and o.database_name = '\(fixture.database)'
                        order by o.job_key desc limit 1
                    $$;
                    -- The housekeepers would remove what is old.
                    update cron.job set active = false;
                    delete from cron.job_run_details;
                    select setval('cron.runid_seq', 1000000);
                    \(history)
                    """,
                    in: "postgres"
                )
                try await body(fixture)
            }
        }
    }

    @Test("a run tells what its tasks did, also that they failed where pg_cron calls it succeeded")
    func tasks() async throws {
        try await withDatabases(2) { fixture in
            for database in fixture.databases {
                try await fixture.script(
                    """
                    create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                    begin
                        if payload ? 'bad' then raise 'bad'; end if;
                        insert into app.done (n) values ((payload ->> 'n')::bigint);
                    end $$;
                    """,
                    in: database
                )
            }
            try await fixture.setUp("--linger", "0", "--backoff-base", "1h")
            try await fixture.enqueue(5)
            try await fixture.script(
                """
                select cronmill.enqueue('work', '{"bad": 1}'), cronmill.enqueue('work', '{"bad": 2}', max_attempts => 1)
                """
            )
            try await awayFromFullMinute()
            try await fixture.script("update cronmill.processor set schedule = '* * * * *', enabled = true")
            try await eventually("pg_cron has noted a run that succeeded") {
                try await fixture.cronRows(
                    "select 1 from cron.job_run_details where database = \(fixture.database) and status = 'succeeded' limit 1"
                ) == ["1"]
            }
            let run = try #require(try await listed(fixture).last)
            #expect((run.database, run.processor, run.slot, run.status) == (fixture.database, "work", 1, "succeeded"))
            #expect(run.tasks_visible)
            #expect([run.tasks_done, run.tasks_failed, run.tasks_retried, run.tasks_dead] == [5, 2, 1, 1])
            let table = try await fixture.cronmillHere("runs")
            #expect(table.output.hasPrefix("DATABASE"))
            #expect(table.output.contains("  tasks failed  5 done, 1 retried, 1 dead\n"))

            try await fixture.script("alter database \"\(fixture.database)\" allow_connections false", in: "postgres")
            let closed = try await fixture.cronmill(["runs", "--database", fixture.database, "--limit", "1"])
            try await fixture.script("alter database \"\(fixture.database)\" allow_connections true", in: "postgres")
            #expect(closed.output.contains("not visible"))
            #expect(
                closed.errors.hasPrefix(
                    "cronmill: database \(fixture.database), so its counters are not visible:\ncronmill: error: "
                )
            )
            #expect(closed.exitCode == 2)
        }
    }

    @Test("runs are found by status, time and duration; one whose start was not noted stands between its neighbours")
    func filters() async throws {
        let history = """
            call t.ran(1, 180, 'failed', 5, 'ERROR:  boom');
            call t.ran(2, 170, 'failed', null, 'connection failed', pid => null);
            update cron.job_run_details set start_time = null, end_time = null where runid = 2;
            call t.ran(3, 160, seconds => 50);
            call t.ran(4, 61, 'failed', null, 'job canceled');
            call t.ran(900000, 59, 'failed', null, 'connection failed', pid => null);
            update cron.job_run_details set start_time = null, end_time = null where runid = 900000;
            call t.ran(900001, 50, seconds => 30, slot => 2);
            call t.ran(900002, 40, 'failed', null, null);
            """
        try await withHistory(history) { fixture in
            func found(_ arguments: [String]) async throws -> [Int64] {
                let result = try await fixture.cronmillHere(["runs", "--csv"] + arguments)
                #expect(result.errors == "")
                return result.output.split(separator: "\r\n").dropFirst().compactMap { Int64($0.prefix { $0 != "," }) }
            }
            for (arguments, runs) in [
                ([], [900_002, 900_001, 900_000, 4, 3, 2, 1]),
                (["--limit", "2"], [900_002, 900_001]),
                (["--status", "failed"], [900_002, 900_000, 2, 1]),
                (["--status", "stopped", "--status", "succeeded"], [900_001, 4, 3]),
                (["--status", "running"], []),
                (["--since", "1h"], [900_002, 900_001, 900_000]),
                (["--since", "62m"], [900_002, 900_001, 900_000, 4]),
                (["--since", "165m", "--until", "60m"], [4, 3, 2]),
                (["--until", "161m"], [2, 1]),
                (["--since", "infinity"], []),
                (["--since=-infinity", "--limit", "1"], [900_002]),
                (["--slowest"], [3, 900_001, 1, 900_002, 900_000, 4, 2]),
                (["--slowest", "--limit", "1", "--since", "2h"], [900_001]),
            ] as [([String], [Int64])] {
                #expect(try await found(arguments) == runs, "\(arguments)")
            }
            #expect(try await found(["work", "--limit", "1"]) == [900_002])
            let wrong = try await fixture.cronmillHere("runs", "--since", "yesteryear")
            #expect(
                wrong
                    == ProgramResult(
                        output: "",
                        errors: """
                            cronmill: error: --since or --until: invalid input syntax for type timestamp with time zone: "yesteryear"
                            cronmill: hint: Use a form like 2h, '2026-11-26 03:30', 'today 18:30' or yesterday.

                            """,
                        exitCode: 1
                    )
            )
        }
    }

    @Test("runs of jobs that are gone are told, not those of another's job that has the number now")
    func goneJobs() async throws {
        let history = """
            call t.ran(1, 30);
            call t.ran(2, 20);
            update cron.job_run_details set command = 'vacuum' where runid = 2;
            """
        try await withHistory(history) { fixture in
            try await fixture.script("select cronmill_cron.unregister('\(fixture.database)')", in: "postgres")
            let result = try await fixture.cronmill(["runs", "--all", "--csv"])
            #expect(result.errors == "")
            #expect(result.output.contains("\r\n1,") && !result.output.contains("\r\n2,"))
            let everything = try await fixture.cronmill(["runs", "--all-jobs"])
            #expect(everything.errors == "")
            #expect(everything.output.contains(" vacuum\n"))
        }
    }

    @Test("a run that pg_cron believes in and whose backend is not there is told as gone")
    func goneBackends() async throws {
        try await withHistory("select 1") { fixture in
            let sleeper = try await fixture.connect(as: fixture.runner)
            let pid = try await sleeper.query("select pg_backend_pid() as pid")[0].get("pid", as: Int.self)
            try await fixture.script(
                """
                call t.ran(1, 30, 'connecting', null, null, pid => null);
                call t.ran(2, 29, 'sending', null, null, pid => 4000000);
                call t.ran(3, 28, 'running', null, null, pid => 4000000);
                call t.ran(4, 27, 'running', null, null, pid => \(pid));
                call t.ran(5, -1, 'running', null, null, pid => \(pid));
                call t.ran(6, 0, 'starting', null, null, pid => null);
                update cron.job_run_details set start_time = null where runid in (1, 6);
                """,
                in: "postgres"
            )
            #expect(
                try await listed(fixture).map { "\($0.runid) \($0.status)" }
                    == ["6 starting", "5 running", "4 gone", "3 gone", "2 gone", "1 gone"]
            )
            await sleeper.close()
        }
    }

    @Test("without --since it is said how far was looked; with it it is looked as far, whatever the gaps")
    func farBack() async throws {
        let history = """
            call t.ran(1, 300000, 'failed');
            insert into cron.job_run_details
                select d.jobid, n * 3, d.job_pid, d.database, d.username, d.command, 'succeeded', 'CALL',
                    t.at(120000 - n), t.at(120000 - n)
                from cron.job_run_details as d, generate_series(1, 110000) as n;
            """
        try await withHistory(history) { fixture in
            let cut = try await fixture.cronmillHere("runs", "--status", "failed")
            #expect(cut.output == "DATABASE  PROCESSOR  START  DURATION  STATUS  TASKS\n")
            let end = "; --since says how far\n"
            #expect(cut.errors.hasPrefix("the newest 100,000 runs of pg_cron's history were looked at, back to 20"))
            #expect(cut.errors.hasSuffix(end))
            let whole = try await fixture.cronmillHere("runs", "--status", "failed", "--since", "1000d", "--csv")
            #expect(whole.errors == "" && whole.output.contains("\r\n1,"))
            let middle = try await fixture.cronmillHere(
                "runs",
                "--csv",
                "--since",
                "10010m",
                "--until",
                "10005m"
            )
            #expect(middle.output.split(separator: "\r\n").dropFirst().map { $0.prefix { $0 != "," } }.count == 5)
        }
    }

    @Test("times are those of the session's zone, and the header names it")
    func zones() async throws {
        try await withHistory(
            "call t.ran(1, 1); update cron.job_run_details set start_time = '2026-03-29 01:30+01' where runid = 1"
        ) { fixture in
            for (zone, time) in [
                ("Europe/Berlin", "2026-03-29 01:30:00"), ("Asia/Kolkata", "2026-03-29 06:00:00"),
            ] {
                let result = try await fixture.cronmill(
                    ["runs", "--database", fixture.database],
                    environment: ["PGTZ": zone]
                )
                #expect(result.output.contains("  START (\(zone))  "))
                #expect(result.output.contains("  \(time)  "))
            }
            try await fixture.script("alter role postgres in database postgres set timezone = 'Asia/Tokyo'")
            #expect(try await fixture.cronmillHere("runs").output.contains("  START (Asia/Tokyo)  "))
            #expect(try await fixture.cronmillHere("runs", "--json").output.contains("\"2026-03-29T00:30:00.000Z\""))
        }
    }

    @Test("--follow tells new and changed runs as they come, until it is interrupted")
    func follow() async throws {
        try await withHistory("call t.ran(1, 5); call t.ran(2, 4, 'failed')") { fixture in
            let own = try await fixture.connect()
            let pid = try await own.query("select pg_backend_pid() as pid")[0].get("pid", as: Int.self)
            async let followed = ProgramResult.of(
                "/usr/bin/timeout",
                ["--foreground", "--preserve-status", "-s", "INT", "40", try ProgramResult.cronmillPath()]
                    + ["runs", "--follow", "--json", "--limit", "1", "--database", fixture.database],
                environment: fixture.server.environment
            )
            try await eventually("it follows") {
                try await fixture.cronRows(
                    "select from pg_stat_activity where application_name = 'cronmill' and state = 'idle' and query <> ''"
                ) != []
            }
            try await Task.sleep(for: .seconds(6))
            try await fixture.script("call t.ran(3, 0, 'running', null, null, pid => \(pid))", in: "postgres")
            try await Task.sleep(for: .seconds(8))
            try await fixture.script(
                "update cron.job_run_details set status = 'succeeded', end_time = now() where runid = 3",
                in: "postgres"
            )
            let result = try await followed
            let lines = try result.output.split(separator: "\n").map {
                try JSONDecoder().decode(Listed.self, from: Data($0.utf8))
            }
            #expect(lines.map { "\($0.runid) \($0.status)" } == ["2 failed", "3 running", "3 succeeded"])
            #expect((result.errors, result.exitCode) == ("cronmill: error: interrupted\n", 130))
            await own.close()
        }
    }
}

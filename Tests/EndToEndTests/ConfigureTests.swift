import Postgres
import Testing

/// `cronmill configure`, `enable` and `disable`.
@Suite("configure", .timeLimit(.minutes(60)))
struct ConfigureTests {
    @Test("settings are changed, and imported, where an event trigger refuses every DDL")
    func withoutDDL() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.script(
                """
                create function app.refuse() returns event_trigger language plpgsql as $$
                begin raise exception 'no %', tg_tag; end $$;
                create event trigger refuse on ddl_command_start execute function app.refuse()
                """
            )
            let changed = try await fixture.cronmillHere("configure", "work", "--slots", "2")
            #expect(changed.exitCode == 0, "\(changed.errors)")
            #expect(try await fixture.jobs().count == 2)
            try await fixture.script("drop event trigger refuse")
        }
    }

    private func jobids(_ fixture: Fixture) async throws -> [String] {
        try await fixture.cronRows("select jobid from cron.job where database = \(fixture.database) order by jobname")
    }

    private func change(_ fixture: Fixture, _ text: String) -> ProgramResult {
        ProgramResult(
            output: "",
            errors: "\(fixture.database): change processor work: \(text)\n",
            exitCode: 0
        )
    }

    @Test("slots come and go, and the jobs that stay are the same")
    func slots() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            let first = try await jobids(fixture)
            let more = try await fixture.cronmillHere("configure", "work", "--slots", "3")
            #expect(more == change(fixture, "slots 1 -> 3"))
            let three = try await jobids(fixture)
            #expect(three.count == 3)
            #expect(three.first == first.first)
            #expect(
                try await fixture.jobs()
                    == (1...3).map {
                        "cronmill \(fixture.database)/work#\($0)|\(Fixture.never)|call cronmill_processor.work(\($0))|\(fixture.runner)|t"
                    }
            )
            let fewer = try await fixture.cronmillHere("configure", "work", "--slots", "1")
            #expect(fewer == change(fixture, "slots 3 -> 1"))
            #expect(try await jobids(fixture) == first)
        }
    }

    @Test("what changed from what to what is printed, and what is so already is not changed")
    func settings() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let before = try await jobids(fixture)
            let result = try await fixture.cronmillHere(
                "configure",
                "work",
                "--every",
                "5m",
                "--timeout",
                "90s",
                "--max-attempts",
                "5",
                "--linger",
                "10s"
            )
            #expect(
                result
                    == change(fixture, "schedule 0 0 31 2 * -> */5 * * * *, linger tick -> 10s, timeout 30m -> 1m30s")
            )
            #expect(
                try await fixture.rows(
                    "select schedule, linger::interval as linger, timeout, max_attempts from cronmill.processor"
                )
                    == ["*/5 * * * *|00:00:10|00:01:30|5"]
            )
            #expect(
                try await fixture.jobs() == [
                    "cronmill \(fixture.database)/work#1|*/5 * * * *|call cronmill_processor.work(1)|\(fixture.runner)|f"
                ]
            )
            #expect(try await jobids(fixture) == before)
            let again = try await fixture.cronmillHere("configure", "work", "--every", "5m", "--timeout", "90s")
            #expect(again == ProgramResult(output: "", errors: "\(fixture.database): nothing to change\n", exitCode: 0))
        }
    }

    @Test("backoff, polling, search path and archive can be set, and the archive switched off; the jobs stay")
    func moreSettings() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--backoff-base", "0", "--keep-done", "12h")
            let row: SQL = """
                select backoff_base, backoff_cap, poll_interval, handler_search_path, keep_done from cronmill.processor
                """
            #expect(try await fixture.rows(row) == ["00:00:00|01:00:00|00:00:00.02|public, pg_temp|12:00:00"])
            let before = try await jobids(fixture)
            let all = [
                "configure", "work", "--backoff-base", "1m", "--backoff-cap", "1d", "--poll-interval", "1.5s",
                "--search-path", "APP,\"$user\", pg_temp", "--keep-done", "0",
            ]
            let result = try await fixture.cronmillHere(all)
            #expect(
                result
                    == change(
                        fixture,
                        "backoff-base 0 -> 1m, backoff-cap 1h -> 1d, poll-interval 20ms -> 1.5s, "
                            + "search-path public, pg_temp -> app, \"$user\", pg_temp, keep-done 12h -> 0"
                    )
            )
            #expect(try await fixture.rows(row) == ["00:01:00|24:00:00|00:00:01.5|app, \"$user\", pg_temp|-"])
            #expect(try await fixture.cronmillHere(all).errors == "\(fixture.database): nothing to change\n")
            #expect(try await jobids(fixture) == before)
        }
    }

    @Test("a handler finds what the search path names")
    func searchPath() async throws {
        try await withDatabases { fixture in
            try await fixture.script(
                """
                create function app.bare(payload jsonb) returns void language plpgsql as $$
                begin
                    insert into done (n) values ((payload ->> 'n')::bigint);
                end $$
                """
            )
            try await fixture.setUp("--enable", "--search-path", "app, pg_temp")
            _ = try await fixture.cronmillHere("configure", "work", "--handler", "app.bare")
            try await fixture.enqueue(2)
            try await fixture.call()
            #expect(try await fixture.done() == [1, 2])
        }
    }

    @Test("a new run-as role gets the jobs and the grants, and the old one loses them")
    func runAs() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            let other = "\(fixture.runner)_other"
            try await fixture.script(
                """
                create role \(other) login;
                grant usage on schema app to \(other);
                grant insert on app.done to \(other);
                alter table app.done add role name default current_user;
                """
            )
            let result = try await fixture.cronmillHere("configure", "work", "--run-as", other)
            #expect(result.exitCode == 0)
            #expect(
                result.errors == """
                    postgres: permit jobs of database \(fixture.database) to run as role \(other)
                    \(fixture.database): change processor work: run-as \(fixture.runner) -> \(other)

                    """
            )
            #expect(
                try await fixture.jobs() == [
                    "cronmill \(fixture.database)/work#1|\(Fixture.never)|call cronmill_processor.work(1)|\(other)|t"
                ]
            )
            let mayExecute = try await fixture.rows(
                """
                select has_function_privilege(\(fixture.runner), p.oid, 'execute') as old,
                    has_function_privilege(\(other), p.oid, 'execute') as new
                from pg_proc as p where p.pronamespace = 'cronmill_processor'::regnamespace
                """
            )
            #expect(mayExecute == ["f|t", "f|t"])
            try await fixture.enqueue(2)
            let refused = try await expectedError { try await fixture.call() }
            #expect(refused.sqlState == .insufficientPrivilege)
            let connection = try await fixture.connect(as: other)
            try await connection.execute("call cronmill_processor.work(1)")
            #expect(try await fixture.rows("select n, role from app.done order by n") == ["1|\(other)", "2|\(other)"])
        }
    }

    @Test("disable and enable keep the jobs, and say what they did")
    func switches() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--slots", "2", "--enable")
            let before = try await jobids(fixture)
            let state: SQL = "select enabled, paused from cronmill.processor"
            for (command, active) in [("disable", "f"), ("enable", "t")] {
                let result = try await fixture.cronmillHere(command, "work")
                let errors = "\(fixture.database): \(command) processor work\n"
                #expect(result == ProgramResult(output: "", errors: errors, exitCode: 0))
                #expect(try await fixture.rows(state) == ["\(active)|f"])
                let actives = try await fixture.cronRows(
                    "select active from cron.job where database = \(fixture.database)"
                )
                #expect(actives == [active, active])
                let again = try await fixture.cronmillHere(command, "work")
                #expect(
                    again == ProgramResult(output: "", errors: "\(fixture.database): nothing to change\n", exitCode: 0)
                )
            }
            #expect(try await jobids(fixture) == before)
        }
    }

    @Test("disable waits for the run that goes, and gives up in a paused state when that takes too long")
    func disableWaits() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script(
                """
                create or replace function app.work(payload jsonb) returns void language sql begin atomic
                    select pg_sleep(20);
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                end
                """
            )
            try await fixture.enqueue(3)
            async let run: Void = fixture.call()
            try await eventually("the run is at work", within: .seconds(20)) {
                try await fixture.rows("select running from cronmill.processor_status") == ["1"]
            }
            let refused = try await fixture.cronmillHere("disable", "work", "--wait", "500ms")
            #expect(
                refused
                    == ProgramResult(
                        output: "",
                        errors: """
                            cronmill: error: a run of work has not ended within 0.5 s
                            cronmill: detail: It is paused: no further task is begun.
                            cronmill: hint: Wait longer with --wait, or go on with: cronmill resume work --database \(fixture.database)

                            """,
                        exitCode: 1
                    )
            )
            #expect(try await fixture.rows("select enabled, paused from cronmill.processor") == ["t|t"])
            _ = try await fixture.cronmillHere("resume", "work")
            let interrupted = try await ProgramResult.of(
                "/usr/bin/timeout",
                [
                    "--foreground", "--preserve-status", "-s", "INT", "5", ProgramResult.cronmillPath(), "disable",
                    "work",
                    "--database", fixture.database,
                ],
                environment: fixture.server.environment
            )
            #expect(
                interrupted
                    == ProgramResult(
                        output: "",
                        errors: """
                            cronmill: warning: processors that were waited for stay paused: cronmill status --database \(fixture.database)
                            cronmill: error: interrupted

                            """,
                        exitCode: 130
                    )
            )
            #expect(try await fixture.rows("select enabled, paused from cronmill.processor") == ["t|t"])
            _ = try await fixture.cronmillHere("resume", "work")
            #expect(try await fixture.cronmillHere("disable", "work").exitCode == 0)
            #expect(try await fixture.rows("select enabled, paused from cronmill.processor") == ["f|f"])
            try await run
            #expect(try await fixture.done().count < 3)
            #expect(try await fixture.rows("select end_reason from cronmill.run") == ["paused"])
        }
    }
}

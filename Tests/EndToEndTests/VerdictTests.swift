import Foundation
import Postgres
import Testing

/// What `status` says of processors in trouble, each of its own kind.
@Suite("Verdicts", .timeLimit(.minutes(60)))
struct VerdictTests {
    private struct Status: Decodable {
        var processor: String
        var verdict: String
        var reason: String
        var next_due: String?
        var last_run: Run?
        var runs_last_hour: Int?
        var running: Int
        var waiting: Int

        struct Run: Decodable {
            var status: String
        }
    }

    private func statuses(_ fixture: Fixture, _ arguments: [String] = []) async throws -> [String: Status] {
        let result = try await fixture.cronmill(["status", "--database", fixture.database, "--json"] + arguments)
        try #require(!result.output.isEmpty, "\(result.errors)")
        let rows = try JSONDecoder().decode([Status].self, from: Data(result.output.utf8))
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.processor, $0) })
    }

    /// Last due long before it is set up, and next in some months: what it does, the test does.
    private static let yearly = "0 0 1 1 *"

    @Test("on a server with mixed trouble each processor gets its verdict and the reason")
    func mixedTrouble() async throws {
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                let enabled = ["failing", "behind", "paused", "drifted", "unlinked", "idle", "worked"]
                for name in enabled { try await fixture.setUp(queue: name, schedule: Self.yearly, "--enable") }
                try await fixture.setUp(queue: "disabled", schedule: Self.yearly)
                try await fixture.setUp(queue: "overdue", schedule: nil, "--enable", "--linger", "0")
                try await fixture.setUp(queue: "orphan", schedule: Self.yearly, "--enable")

                try await fixture.script(
                    """
                    create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                    begin
                        if payload ? 'n' then return; end if;
                        raise exception 'no such address'
                            using detail = 'Not part of the first line.';
                    end $$;
                    select cronmill.enqueue('failing', '{}'), cronmill.enqueue('failing', '{}'),
                        cronmill.enqueue('failing', '{}'), cronmill.enqueue('worked', '{"n": 1}'),
                        cronmill.enqueue('paused', '{"n": 1}'), cronmill.enqueue('disabled', '{"n": 1}');
                    select cronmill.enqueue('behind', '{"n": 1}', run_at => now() - interval '2 years');
                    """
                )
                try await fixture.call("failing")
                try await fixture.call("worked")
                let paused = try await fixture.cronmillHere("pause", "paused")
                #expect(paused.exitCode == 0, "\(paused.errors)")
                // A history that grew for a year, of a job of somebody else's.
                try await fixture.script(
                    """
                    insert into cron.job_run_details (jobid, runid, database, username, command, status, start_time, end_time)
                    select 1000000, -n, 'postgres', 'postgres', 'select 1', 'succeeded',
                        now() - interval '1 hour' - n * interval '1 minute', now() - interval '1 hour' - n * interval '1 minute'
                    from generate_series(1, 500000) as n;
                    select cron.unschedule(jobid) from cron.job where jobname like '%/drifted#1'
                    """,
                    in: "postgres"
                )
                // Changed while the link was down, in a way that its trigger did not see.
                try await fixture.script(
                    """
                    set session_replication_role = replica;
                    update cronmill.processor set slots = 2 where name = 'unlinked'
                    """
                )

                let found = try await statuses(fixture)
                let verdicts = found.mapValues { "\($0.verdict): \($0.reason)" }
                let expected = [
                    "failing": "failing: 3 of 3 attempts of the last 15 minutes failed; the last: no such address",
                    "paused": "paused: no task is begun until it is resumed; 1 task ready",
                    "unlinked": "drifted: its settings are not those that the registry has",
                    "disabled": "disabled: its jobs do not run; 1 task ready",
                    "idle": "idle: no task done in the last hour",
                    "worked": "ok: 1 task done in the last hour",
                ]
                for (name, text) in expected { #expect(verdicts[name] == text) }
                #expect(verdicts["drifted"]?.hasPrefix("drifted: its job ") == true)
                #expect(verdicts["drifted"]?.hasSuffix("is gone from cron.job") == true)
                #expect(verdicts["behind"]?.hasPrefix("behind: its oldest ready task waits for 73") == true)
                #expect(found["idle"]?.next_due?.hasSuffix("-01-01T00:00:00.000Z") == true)
                #expect(found["disabled"]?.next_due == nil)
                #expect(
                    try await fixture.cronmillHere("status", "idle", "worked", "paused", "disabled", "--exit-code")
                        .exitCode == 0
                )
                #expect(try await fixture.cronmillHere("status", "failing", "--exit-code").exitCode == 3)
                #expect(try await fixture.cronmillHere("status", "failing").exitCode == 0)
                // A limit of the user's is instead of the registry's.
                #expect(try await statuses(fixture, ["--behind", "10000d"])["behind"]?.verdict == "ok")

                // Without the link nothing is wrong as long as nothing changes.
                try await fixture.script(
                    """
                    do $$ begin execute (
                        select format('alter role %I nologin', link_role) from cronmill_cron.work_database
                        where link_role is not null
                    ); end $$
                    """,
                    in: "postgres"
                )
                #expect(try await statuses(fixture)["idle"]?.verdict == "idle")

                // Of a role that was renamed pg_cron fails at every start: its processor has lost its job, all others
                // are overdue as soon as a run was due.
                try await eventually("a run of each minute was made") {
                    try await statuses(fixture)["overdue"]?.last_run?.status == "succeeded"
                }
                try await fixture.script(
                    """
                    create role gone login;
                    update cron.job set username = 'gone' where jobname like '%/orphan#1';
                    alter role gone rename to renamed
                    """,
                    in: "postgres"
                )
                try await eventually("what was due is overdue", within: .seconds(150)) {
                    try await statuses(fixture)["overdue"]?.verdict == "overdue"
                }
                let late = try await statuses(fixture)
                #expect(
                    late["overdue"]?.reason.contains(
                        "belongs to role \"gone\", which does not exist: the launcher fails at it"
                    ) == true
                )
                #expect(late["orphan"]?.verdict == "drifted")
                #expect(late["orphan"]?.reason.hasSuffix("belongs to role \"gone\", which does not exist") == true)
                #expect(late["idle"]?.verdict == "idle")
                // While pg_cron starts nothing, nobody is well.
                #expect(try await fixture.cronmillHere("status", "idle", "--exit-code").exitCode == 3)
                #expect(try await fixture.cronmillHere("status", "disabled", "paused", "--exit-code").exitCode == 0)
                try await fixture.script("alter role renamed rename to gone", in: "postgres")
                try await eventually("pg_cron runs again", within: .seconds(150)) {
                    try await statuses(fixture)["overdue"]?.verdict == "idle"
                }
            }
        }
    }

    @Test("a launcher that was ended comes back, or is said to be gone for good")
    func launcher() async throws {
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                let comesBack = try await fixture.hasSetting("cron.launch_active_jobs")
                try await fixture.setUp(schedule: nil, "--enable", "--linger", "0")
                try await awayFromFullMinute()
                try await fixture.script(
                    "select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'pg_cron launcher'",
                    in: "postgres"
                )
                guard !comesBack else {
                    try await eventually("it runs jobs again", within: .seconds(150)) {
                        try await statuses(fixture)["work"]?.last_run?.status == "succeeded"
                    }
                    #expect(try await fixture.cronmillHere("status", "--exit-code").exitCode == 0)
                    return
                }
                let gone =
                    "pg_cron's launcher is gone, and before pg_cron 1.6 it does not come back: restart the server"
                try await eventually("it is gone") {
                    try await fixture.cronmillHere("status").errors
                        == "cronmill: warning: pg_cron starts no job: \(gone).\n"
                }
                try await eventually("a run was due") { try await statuses(fixture)["work"]?.verdict == "overdue" }
                #expect(try await statuses(fixture)["work"]?.reason.hasSuffix(": \(gone)") == true)
                #expect(try await fixture.cronmillHere("status", "--exit-code").exitCode == 3)
            }
        }
    }

    @Test("runs that cannot log in are the reason why none begins")
    func connectionFailed() async throws {
        try await withServer(settings: ["cron.use_background_workers": "off"]) { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp(schedule: nil, "--enable")
                try await fixture.script(
                    """
                    update cron.job set nodename = '/nonexistent';
                    update cronmill_cron.threshold set overdue = interval '1 second'
                    """,
                    in: "postgres"
                )
                try await eventually("a run has failed", within: .seconds(150)) {
                    try await statuses(fixture)["work"]?.last_run?.status == "failed"
                }
                // That the job was moved is drift, and comes first.
                let status = try await statuses(fixture)["work"]
                #expect(status?.verdict == "drifted")
                #expect(status?.reason.contains("connects to host \"/nonexistent\"") == true)
                try await fixture.script("update cron.job set nodename = current_setting('cron.host')", in: "postgres")
                // The run may have failed within the second that the threshold gives it.
                try await eventually("it is overdue", within: .seconds(30)) {
                    try await statuses(fixture)["work"]?.verdict == "overdue"
                }
                let late = try await statuses(fixture)["work"]
                #expect(late?.reason == "no run yet: pg_cron could not log in (connection failed)")
            }
        }
    }

    @Test("a run that waits for tasks is told from one that works; a busy one is not overdue")
    func waiting() async throws {
        try await withDatabases(waitsForTurn: false) { fixture in
            try await fixture.setUp("--enable", "--linger", "10m")
            try await fixture.script(
                """
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin perform pg_sleep((payload ->> 's')::double precision); end $$;
                select cronmill.enqueue('work', '{"s": 600}')
                """
            )
            let run = Task { try? await fixture.call() }
            try await eventually("it works") { try await statuses(fixture)["work"]?.running == 1 }
            var status = try await statuses(fixture)["work"]
            #expect(status?.waiting == 0)
            #expect(status?.verdict == "ok")
            #expect(status?.reason == "no task done in the last hour; 1 slot at work")
            try await fixture.script(
                """
                select pg_cancel_backend(a.pid) from pg_stat_activity as a
                where a.datname = current_database() and a.application_name like 'cronmill slot%'
                """
            )
            await run.value
            try await fixture.script("delete from cronmill.task")

            let lingering = Task { try? await fixture.call() }
            try await eventually("it waits") { try await statuses(fixture)["work"]?.waiting == 1 }
            status = try await statuses(fixture)["work"]
            #expect(status?.verdict == "idle")
            #expect(status?.reason.hasSuffix("1 slot waiting for tasks") == true)
            let disabled = try await fixture.cronmillHere("disable")
            #expect(disabled.exitCode == 0, "\(disabled.errors)")
            await lingering.value
        }
    }

    @Test("where the history is switched off it is said, and verdicts do without it")
    func withoutHistory() async throws {
        try await withServer(settings: ["cron.log_run": "off"]) { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp(schedule: Self.yearly, "--enable")
                let result = try await fixture.cronmillHere("status", "--exit-code")
                #expect(result.exitCode == 0)
                #expect(
                    result.errors
                        == "cronmill: warning: cron.log_run is off: pg_cron keeps no history, so runs are not visible.\n"
                )
            }
        }
    }

    @Test("a role that may not see jobs and runs learns that, and no verdict is guessed")
    func invisible() async throws {
        try await withDatabases(waitsForTurn: false) { fixture in
            try await fixture.setUp(schedule: Self.yearly, "--enable")
            try await fixture.setUp(queue: "off", schedule: Self.yearly)
            try await fixture.script(
                "select cronmill.grant_part('\(fixture.runner)', 'monitor')",
                in: fixture.database
            )
            let result = try await fixture.cronmill(
                ["status", "--exit-code", "--json", "--database", fixture.database],
                environment: ["DB_USER": fixture.runner]
            )
            let rows = try JSONDecoder().decode([Status].self, from: Data(result.output.utf8))
            #expect(rows.map(\.verdict) == ["disabled", "unknown"])
            #expect(rows.last?.reason == "its jobs and runs are not visible")
            #expect(result.exitCode != 0)
        }
    }

    @Test("a snapshot that keeps a busy queue's dead rows is named, with who holds it")
    func oldSnapshot() async throws {
        try await withDatabases(waitsForTurn: false) { fixture in
            try await fixture.setUp(schedule: Self.yearly, "--enable")
            let holder = try await fixture.connect()
            try await holder.script("begin isolation level repeatable read; select 1")
            let found = try await fixture.cronRows(
                """
                select h.holder ~ '^process \\d+ of role "postgres" \\(end-to-end-tests\\), idle in transaction$'
                from cronmill_cron.snapshot_holders(interval '0 seconds') as h where h.database_name = \(fixture.database)
                """
            )
            #expect(found == ["t"])
            #expect(
                try await fixture.cronRows(
                    """
                    select h.holder from cronmill_cron.snapshot_holders(interval '5 minutes') as h
                    where h.database_name = \(fixture.database)
                    """
                ) == []
            )
            try await holder.execute("rollback")
            await holder.close()
        }
    }

    @Test("--watch shows it again until it is interrupted")
    func watch() async throws {
        try await withDatabases(waitsForTurn: false) { fixture in
            try await fixture.setUp(schedule: Self.yearly, "--enable")
            let program = try ProgramResult.cronmillPath()
            let result = try await ProgramResult.of(
                "/usr/bin/timeout",
                [
                    "--foreground", "--preserve-status", "-s", "INT", "15", program, "status", "--watch", "0.2",
                    "--database",
                    fixture.database,
                ],
                environment: fixture.server.environment
            )
            #expect(result.exitCode == 130)
            #expect(result.errors == "cronmill: error: interrupted\n")
            let headers = result.output.split(separator: "\n").count { $0.hasPrefix("PROCESSOR") }
            #expect(headers > 1)
            #expect(!result.output.contains("\u{1b}"))
            for arguments in [["--watch", "--json"], ["--watch", "--exit-code"], ["--watch", "0"]] {
                #expect(try await fixture.cronmill(["status"] + arguments).exitCode == 64)
            }
        }
    }
}

extension Fixture {
    fileprivate func hasSetting(_ name: String) async throws -> Bool {
        try await cronRows("select 1 from pg_settings where name = \(name)") == ["1"]
    }
}

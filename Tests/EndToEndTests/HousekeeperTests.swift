import Postgres
import Testing

/// What the housekeepers do where something does not let them.
@Suite("Housekeepers", .timeLimit(.minutes(60)))
struct HousekeeperTests {
    @Test("a handler that heeds no cancel is terminated after half a minute, and an alarm says so")
    func stuck() async throws {
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp("--enable", "--timeout", "1s")
                try await fixture.script(
                    """
                    create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                    begin
                        loop
                            begin
                                perform pg_sleep(60);
                            exception
                                when query_canceled then
                                    null;
                            end;
                        end loop;
                    end $$
                    """
                )
                try await fixture.enqueue(1)
                let run = Task { try? await fixture.call() }
                try await eventually("it is told", within: .seconds(300)) {
                    try await fixture.cronRows(
                        """
                        select a.database_name,
                            regexp_replace(a.detail, 'Process \\d+', 'Process N') as detail
                        from cronmill_cron.alarm as a
                        where a.kind = 'stuck' and a.detail like '%terminate%'
                        """
                    ) == [
                        "\(fixture.database)|Process N of role \"\(fixture.runner)\" overran its deadline and "
                            + "did not heed a cancel, so it was told to terminate."
                    ]
                }
                await run.value
                #expect(try await fixture.rows("select count(*) from cronmill.run where ended_at is null") == ["1"])
            }
        }
    }

    @Test("what fails one is told by the other until it is over; the rest of its work it does")
    func failing() async throws {
        try await withServer { server in
            try await withDatabases(2, on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp("--enable")
                try await fixture.script("alter table cronmill_cron.overdue_backend rename to moved", in: "postgres")
                try await fixture.script("drop database \(fixture.databases[1]) with (force)", in: "postgres")
                let fault = "Housekeeper watch fails: timeouts could not be enforced: "
                try await eventually("it is told", within: .seconds(300)) {
                    try await fixture.cronRows(
                        "select count(*) from cronmill_cron.alarm where kind = 'housekeeper' and strpos(detail, \(fault)) = 1"
                    ) == ["1"]
                }
                let check = try await fixture.cronmillHere("check-permissions")
                #expect(check.exitCode == 3 && check.output.contains(fault), "\(check.output)\(check.errors)")
                // A job of a database that is dropped is whose takes its name.
                let active: SQL = "select active from cron.job where database = \(fixture.databases[1])"
                #expect(try await fixture.cronRows(active) == ["f"])
                try await fixture.script("alter table cronmill_cron.moved rename to overdue_backend", in: "postgres")
                try await eventually("it is over", within: .seconds(300)) {
                    try await fixture.cronRows(
                        "select count(*) from cronmill_cron.alarm where kind = 'housekeeper' and cleared_at is null"
                    ) == ["0"]
                }
                #expect(try await !fixture.cronmillHere("check-permissions").output.contains("Housekeeper"))
            }
        }
    }

    @Test("that a superuser's jobs will crash the server from its next start on is found before")
    func superuserJobs() async throws {
        try await withServer { server in
            // Before pg_cron 1.5 there is no such setting.
            guard try await ServerAbilities(of: server).hasSeconds else { return }
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp()
                #expect(try await fixture.cronmillHere("check-permissions").exitCode == 0)
                _ = try await fixture.cronRows("alter system set cron.enable_superuser_jobs = off")
                let check = try await fixture.cronmillHere("check-permissions")
                #expect(
                    check.exitCode == 3 && check.output.contains("sets cron.enable_superuser_jobs to off")
                        && check.output.contains("alter system set cron.enable_superuser_jobs = on;"),
                    "\(check.output)\(check.errors)"
                )
                _ = try await fixture.cronRows("alter system reset cron.enable_superuser_jobs")
                #expect(try await fixture.cronmillHere("check-permissions").exitCode == 0)
            }
        }
    }

    @Test("one that has noted its end, and has not left yet, keeps no other from beginning; one at work does")
    func begins() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let other = try await fixture.server.connect()
            let pid: Int = try await other.query("select pg_backend_pid() as pid")[0].get("pid")
            for (noted, begins) in [("null", "t"), (String(pid), "f")] {
                let house = try await fixture.server.connect()
                try await house.script(
                    """
                    begin;
                    update cronmill_cron.housekeeper as h
                    set pid = \(noted), backend_start = a.backend_start
                    from pg_stat_activity as a where a.pid = \(pid) and h.name = 'house'
                    """
                )
                let answer = try await house.query("select cronmill_cron.begin_house('house') as begins")
                #expect(answer.map { $0["begins"] } == [begins])
                await house.close()
            }
            await other.close()
        }
    }
}

import FoundationEssentials
import Postgres
import Testing

/// Everything from set-up to removal, with pg_cron doing the work. Each waits for a full minute, because pg_cron 1.4
/// starts jobs then only.
@Suite("The main job", .timeLimit(.minutes(60)))
struct MainJobTests {
    /// `status --json`, without what depends on the moment.
    private struct Status: Decodable, Equatable {
        struct Run: Decodable, Equatable {
            var status: String
            var message: String?
        }
        var database: String
        var processor: String
        var queue: String
        var enabled: Bool
        var paused: Bool
        var slots: Int
        var schedule: String
        var run_as: String
        var jobs: Int
        var active_jobs: Int
        var running: Int
        var ready: Int
        var scheduled: Int
        var retrying: Int
        var dead: Int
        var last_run: Run?
        var runs_last_hour: Int
        var failures_last_hour: Int

        init(_ fixture: Fixture, _ database: String, slots: Int, running: Int, lastRun: Run) {
            (self.database, processor, queue) = (database, "work", "work")
            (enabled, paused, self.slots, schedule) = (true, false, slots, "* * * * *")
            (run_as, jobs, active_jobs, self.running) = (fixture.runner, slots, slots, running)
            (ready, scheduled, retrying, dead) = (0, 0, 0, 0)
            (last_run, runs_last_hour, failures_last_hour) = (lastRun, slots, 0)
        }
    }

    /// `runs --json`, without what depends on the moment.
    private struct Run: Decodable, Hashable {
        var database: String
        var processor: String
        var slot: Int
        var run_as: String
        var status: String
        var message: String?
    }

    private func decoded<Value: Decodable>(_ result: ProgramResult) throws -> [Value] {
        try #require(result.exitCode == 0, "\(result.errors)")
        return try JSONDecoder().decode([Value].self, from: Data(result.output.utf8))
    }

    /// The schema of a database as pg_dump writes it, without the lines that differ from dump to dump.
    private func dump(_ server: TestServer, _ database: String) async throws -> String {
        let result = try await server.client("pg_dump", ["--schema-only", database])
        try #require(result.exitCode == 0, "\(result.errors)")
        return result.output.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.hasPrefix("\\restrict") && !$0.hasPrefix("\\unrestrict") }
            .joined(separator: "\n")
    }

    private static let linkRoles: SQL = "select r.rolname from pg_roles as r where r.rolname like 'cronmill%'"

    @Test(
        "two databases are set up, worked off by pg_cron, reported on, disabled and cleaned, with nothing left behind",
        arguments: HostileServer.allCases
    )
    func twoDatabases(kind: HostileServer) async throws {
        try await kind.run { server in
            try await withDatabases(2, on: server, waitsForTurn: false) { fixture in
                let (first, second) = (fixture.databases[0], fixture.databases[1])
                var dumps: [String: String] = [:]
                for database in fixture.databases + ["postgres"] {
                    dumps[database] = try await dump(server, database)
                }

                try await awayFromFullMinute()
                for (database, slots) in [(first, "2"), (second, "1")] {
                    let arguments = [
                        "setup", "--database", database, "--queue", "work", "--handler", "app.work", "--run-as",
                        fixture.runner,
                        "--slots", slots, "--enable",
                    ]
                    let result = try await fixture.cronmill(arguments)
                    #expect(result.exitCode == 0, "\(result.errors)")
                    let jobs = try await fixture.cronRows("select j::text from cron.job as j order by jobid")
                    let again = try await fixture.cronmill(arguments)
                    #expect(
                        again == ProgramResult(output: "", errors: "\(database): nothing to change\n", exitCode: 0)
                    )
                    #expect(try await fixture.cronRows("select j::text from cron.job as j order by jobid") == jobs)
                    try await fixture.enqueue(10_000, in: database)
                }

                try await eventually("pg_cron has done all tasks") {
                    for database in fixture.databases {
                        let waiting = try await fixture.rows("select count(*) from cronmill.task", in: database)
                        let done = try await fixture.rows("select count(*) > 0 from app.done", in: database)
                        if waiting != ["0"] || done != ["t"] { return false }
                    }
                    return true
                }
                for database in fixture.databases {
                    #expect(try await fixture.done(in: database) == Array(1...10_000))
                }

                // The runs linger until the next minute, which is when this test would see others.
                let running = Status.Run(status: "running", message: nil)
                var statuses: [Status] = try decoded(await fixture.cronmill(["status", "--all", "--json"]))
                for index in statuses.indices {
                    // On a busy machine they are the second ones already.
                    #expect(statuses[index].runs_last_hour >= statuses[index].slots)
                    statuses[index].runs_last_hour = statuses[index].slots
                }
                #expect(
                    statuses == [
                        Status(fixture, first, slots: 2, running: 2, lastRun: running),
                        Status(fixture, second, slots: 1, running: 1, lastRun: running),
                    ]
                )
                var table = try await fixture.cronmill(["status", "--all"])
                try await eventually("all of them are counted") {
                    table = try await fixture.cronmill(["status", "--all"])
                    return table.output.contains("    10,000 tasks done in the last hour; 2 slots waiting for tasks\n")
                }
                #expect(table.errors == "")
                let words = table.output.split(separator: "\n").filter { $0.hasPrefix("  work") }.map {
                    $0.split(separator: " ").prefix(7).map(String.init)
                }
                #expect(
                    words == [
                        ["work", "ok", "2/2", "0", "-", "0", "0"], ["work", "ok", "1/1", "0", "-", "0", "0"],
                    ]
                )

                // A task of this moment is done by the run that lingers, without waiting for pg_cron.
                try await fixture.script("select cronmill.enqueue('work', '{\"n\": 10001}')", in: second)
                try await eventually("the lingering run has done it", within: .seconds(75)) {
                    try await fixture.rows("select n from app.done where n = 10001", in: second) == ["10001"]
                }

                let disabled = try await fixture.cronmill(["disable", "--all"])
                #expect(
                    disabled
                        == ProgramResult(
                            output: "",
                            errors: "\(first): disable processor work\n\(second): disable processor work\n",
                            exitCode: 0
                        )
                )
                #expect(
                    try await fixture.cronRows("select distinct active from cron.job where jobname like '%#%'") == ["f"]
                )
                let over: (String, Int) -> Run = { database, slot in
                    Run(
                        database: database,
                        processor: "work",
                        slot: slot,
                        run_as: fixture.runner,
                        status: "succeeded",
                        message: "CALL"
                    )
                }
                try await eventually("pg_cron has noted the end of the runs", within: .seconds(20)) {
                    try await fixture.cronRows(
                        "select 1 from cron.job_run_details where status = 'running' and username <> 'postgres'"
                    )
                        == []
                }
                let runs: [Run] = try decoded(
                    await fixture.cronmill([
                        "runs", "--json", "--database", first, "--database", second, "--limit", "100",
                    ])
                )
                #expect(Set(runs) == [over(first, 1), over(first, 2), over(second, 1)])
                let failed: [Run] = try decoded(
                    await fixture.cronmill(["runs", "--json", "--all", "--status", "failed"])
                )
                #expect(failed == [])
                #expect(
                    try await fixture.rows(
                        "select sum(done) as done, sum(failed) as failed from cronmill.run",
                        in: first
                    )
                        == ["10000|0"]
                )

                let removed = try await fixture.cronmill(["remove", "--everything", "--yes", "--all"])
                #expect(removed.exitCode == 0, "\(removed.errors)")
                for database in fixture.databases {
                    let after = try await dump(server, database)
                    #expect(after == dumps[database])
                }
                #expect(try await fixture.cronRows("select jobname from cron.job") == [])
                #expect(try await fixture.cronRows(Self.linkRoles) == [])
                let registry = try await fixture.cronmill(["remove", "--cron"])
                #expect(registry.exitCode == 0, "\(registry.errors)")
                let after = try await dump(server, "postgres")
                #expect(after == dumps["postgres"])
                try await fixture.script("drop owned by \(fixture.runner)", in: first)
                try await fixture.script("drop owned by \(fixture.runner)", in: second)
                try await fixture.script("drop role \(fixture.runner)", in: "postgres")
            }
        }
    }

    @Test("the cron database itself is a work database, without a link")
    func singleDatabase() async throws {
        try await withServer { server in
            try await withDatabases(named: ["postgres"], on: server, waitsForTurn: false) { fixture in
                let before = try await dump(server, "postgres")
                try await awayFromFullMinute()
                let setup = try await fixture.cronmill(fixture.setupArguments(schedule: nil, ["--enable"]))
                #expect(setup.exitCode == 0, "\(setup.errors)")
                let again = try await fixture.cronmill(fixture.setupArguments(schedule: nil, ["--enable"]))
                #expect(again.errors == "postgres: nothing to change\n")
                #expect(
                    try await fixture.jobs().filter { $0.contains("#") } == [
                        "cronmill postgres/work#1|* * * * *|call cronmill_processor.work(1)|\(fixture.runner)|t"
                    ]
                )
                #expect(try await fixture.rows("select srvname from pg_foreign_server") == [])
                #expect(try await fixture.rows(Self.linkRoles) == [])

                try await fixture.script("begin; update cronmill.processor set slots = 2; rollback")
                try await fixture.enqueue(500)
                try await eventually("pg_cron has done all tasks") { try await fixture.done().count == 500 }
                #expect(try await fixture.done() == Array(1...500))
                let statuses: [Status] = try decoded(await fixture.cronmill(["status", "--all", "--json"]))
                let running = Status.Run(status: "running", message: nil)
                #expect(statuses == [Status(fixture, "postgres", slots: 1, running: 1, lastRun: running)])
                #expect(try await fixture.cronmill(["sync", "--check", "--all"]).exitCode == 0)

                #expect(try await fixture.cronmill(["disable", "--all"]).exitCode == 0)
                let removed = try await fixture.cronmill(["remove", "--everything", "--yes", "--all"])
                #expect(removed.exitCode == 0, "\(removed.errors)")
                let registry = try await fixture.cronmill(["remove", "--cron"])
                #expect(registry.exitCode == 0, "\(registry.errors)")
                let after = try await dump(server, "postgres")
                #expect(after == before)
            }
        }
    }

    @Test("pg_cron's own housekeeper stops a task past its timeout")
    func housekeeper() async throws {
        try await withDatabases(waitsForTurn: false) { fixture in
            try await fixture.setUp("--enable", "--timeout", "2s")
            try await fixture.script(
                """
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    if payload ->> 'n' = '2' then perform pg_sleep(200); end if;
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                end $$
                """
            )
            try await fixture.enqueue(3)
            try await fixture.call()
            #expect(try await fixture.done() == [1, 3])
            #expect(
                try await fixture.rows("select error_sqlstate, error_message from cronmill.task")
                    == ["57014|task timed out after 00:00:02"]
            )
        }
    }
}

import FoundationEssentials
import Postgres
import Testing

/// What depends on the server's language, locale, encoding and settings; the whole main job on such servers is in
/// `MainJobTests`.
@Suite("Hostile servers", .timeLimit(.minutes(60)))
struct HostileServerTests {
    private struct Task: Decodable {
        var task_id: Int64
        var state: String
    }

    private func withFixture(_ kind: HostileServer, _ body: (Fixture) async throws -> Void) async throws {
        try await kind.run { server in
            try await withDatabases(on: server, waitsForTurn: false) { try await body($0) }
        }
    }

    @Test(
        "a failure, a cancel of the handler's own and a cancel from outside are told apart",
        arguments: HostileServer.allCases
    )
    func cancels(kind: HostileServer) async throws {
        try await withFixture(kind) { fixture in
            try await fixture.setUp("--enable", "--max-attempts", "1")
            try await fixture.script(
                """
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                    case payload ->> 'n'
                        when '2' then raise query_canceled;
                        when '3' then raise query_canceled using message = 'canceling statement due to user request';
                        when '4' then perform 1 / 0;
                        when '6' then perform pg_advisory_xact_lock_shared(4711);
                        else null;
                    end case;
                end $$
                """
            )
            try await fixture.enqueue(5)
            try await fixture.call()
            #expect(try await fixture.done() == [1, 5])
            #expect(
                try await fixture.rows(
                    "select payload ->> 'n' as n, attempts, error_sqlstate from cronmill.dead_task order by 1"
                ) == ["2|1|57014", "3|1|57014", "4|1|22012"]
            )

            let holder = try await fixture.connect()
            try await holder.execute("select pg_advisory_lock(4711)")
            _ = try await holder.query("select cronmill.enqueue('work', '{\"n\": 6}')")
            async let run: Void = fixture.call()
            try await fixture.handlerWaits()
            try await holder.execute(
                """
                select pg_cancel_backend(a.pid) from pg_stat_activity as a
                where a.usename = \(fixture.runner) and a.wait_event = 'advisory'
                """
            )
            do {
                try await run
                Issue.record("the cancel did not end the run")
            } catch let error as PostgresError {
                #expect(error.sqlState == .queryCanceled)
            }
            #expect(try await fixture.rows("select attempts, error_sqlstate from cronmill.task") == ["0|-"])
            try await holder.execute("select pg_advisory_unlock(4711)")
            await holder.close()
            try await fixture.call()
            #expect(try await fixture.done() == [1, 5, 6])
        }
    }

    @Test(
        "names of months and weekdays are understood, and when a job is due is known",
        arguments: HostileServer.allCases
    )
    func schedules(kind: HostileServer) async throws {
        try await withFixture(kind) { fixture in
            try await fixture.setUp(schedule: "30 5 * JAN-DEC FRI,mon", "--enable")
            #expect(try await fixture.cronmillHere("sync", "--check").exitCode == 0)
            #expect(
                try await fixture.cronRows(
                    """
                    select to_char(cronmill_cron.next_due('30 5 * JAN FRI', '2026-11-28 00:00+00', 'UTC', false) at time zone 'UTC',
                        'YYYY-MM-DD HH24:MI')
                    """
                ) == ["2027-01-01 05:30"]
            )
            let permissions = try await fixture.cronmillHere("check-permissions", "--sql")
            #expect(!permissions.output.contains("ı"), "\(permissions.output)")
        }
    }

    @Test(
        "a role that lacks a privilege is told which, whatever language the server speaks",
        arguments: [HostileServer.german, .turkish]
    )
    func privileges(kind: HostileServer) async throws {
        try await withFixture(kind) { fixture in
            try await fixture.script("create extension pg_cron; create role installer login createrole", in: "postgres")
            try await fixture.script(
                "grant create on database postgres, \(fixture.database) to installer",
                in: "postgres"
            )
            func setup() async throws -> String {
                let result = try await fixture.cronmill(
                    fixture.setupArguments(["--max-running-jobs", "90", "--others", "0"]),
                    environment: ["DB_USER": "installer"]
                )
                #expect(result.exitCode == 1)
                return result.errors.split(separator: "\n").last.map(String.init) ?? ""
            }
            let first = try await setup()
            #expect(
                first == "cronmill: hint: As a superuser there: create extension postgres_fdw; "
                    + "grant usage on foreign data wrapper postgres_fdw to installer;"
            )
            try await fixture.script("create extension postgres_fdw")
            let second = try await setup()
            #expect(second == "cronmill: hint: As a superuser there: grant usage on schema app to installer;")
            try await fixture.script("grant usage on schema app to installer")
            let third = try await setup()
            #expect(third == "cronmill: hint: As a superuser there: grant usage on schema cron to installer;")
            let operators = try await fixture.cronmill(
                ["pause", "--database", fixture.database],
                environment: ["DB_USER": fixture.runner]
            )
            #expect(operators.exitCode == 1)
        }
    }

    @Test("a row whose bytes are not UTF-8 is shown with them, and hides no other")
    func bytes() async throws {
        try await withFixture(.bytes) { fixture in
            try await fixture.setUp("--enable", "--max-attempts", "1")
            try await fixture.script(
                """
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    if payload ->> 'n' = '2' then raise exception e'caf\\xe9'; end if;
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                end $$
                """
            )
            try await fixture.enqueue(3)
            try await fixture.call()
            #expect(try await fixture.done() == [1, 3])
            let tasks = try await fixture.cronmillHere("tasks", "--state", "dead")
            #expect(tasks.exitCode == 0, "\(tasks.errors)")
            #expect(tasks.output.contains("caf\\xE9"))
            let json = try await fixture.cronmillHere("tasks", "--state", "dead", "--json")
            let decoded = try JSONDecoder().decode([Task].self, from: Data(json.output.utf8))
            #expect(decoded.map(\.state) == ["dead"])
            for command in [["status"], ["status", "--json"], ["runs", "--json"], ["stats"], ["alarms"]] {
                let result = try await fixture.cronmillHere(command)
                #expect(result.exitCode == 0, "\(command): \(result.errors)")
            }
        }
    }
}

import Postgres
import Subprocess
import SystemPackage
import Testing

/// Stops a move where its journal says that a step begins or is done, so that it can be killed just there: an event
/// trigger of the test puts a trigger on the journal's table as soon as that is made.
struct StepGate: Sendable {
    let fixture: MoveFixture

    static func install(_ fixture: MoveFixture) async throws -> StepGate {
        try await fixture.script(
            """
            create schema gate;
            create table gate.closed (point text primary key);
            create function gate.pass() returns trigger language plpgsql as $$
            declare
                here constant text := concat(case when new.is_rollback then 'back ' end, new.step,
                    case when new.ended_at is null then ' begins' else ' ends' end);
            begin
                while exists (select from gate.closed as c where c.point = here) loop
                    perform set_config('application_name', 'gate ' || here, false);
                    perform pg_sleep(0.02);
                end loop;
                perform set_config('application_name', 'passed', false);
                return new;
            end $$;
            create function gate.put() returns event_trigger language plpgsql as $$
            begin
                if exists (
                    select from pg_event_trigger_ddl_commands() as c
                    where c.object_identity = 'cronmill_migration.step' and c.command_tag = 'CREATE TABLE'
                ) then
                    create trigger gate before insert or update on cronmill_migration.step
                        for each row execute function gate.pass();
                end if;
            end $$;
            create event trigger gate on ddl_command_end when tag in ('CREATE TABLE') execute function gate.put();
            """,
            in: fixture.home
        )
        return StepGate(fixture: fixture)
    }

    /// Starts `cronmill`, waits until it is at a point, does something there, kills it with SIGKILL, and cuts off what
    /// it had begun there.
    func kill(_ arguments: [String], at point: String, _ body: () async throws -> Void = {}) async throws {
        try await fixture.script("insert into gate.closed values ('\(point)')", in: fixture.home)
        var environment = fixture.server.environment.filter { !$0.key.hasPrefix("PG") }
        environment["PATH"] = "/usr/bin:/bin"
        let result = try await run(
            .path(FilePath(try ProgramResult.cronmillPath())),
            arguments: Arguments(arguments),
            environment: .custom(
                Dictionary(uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) })
            ),
            workingDirectory: "/",
            input: .none,
            output: .discarded,
            error: .discarded
        ) { execution in
            try await eventually("the move is at: \(point)", within: .seconds(240)) { try await isWaiting(at: point) }
            try await body()
            try execution.send(signal: .kill)
        }
        #expect(!result.terminationStatus.isSuccess)
        try await fixture.script(
            """
            select pg_terminate_backend(a.pid, 5000) from pg_stat_activity as a where a.application_name like 'gate %';
            delete from gate.closed
            """,
            in: fixture.home
        )
    }

    private func isWaiting(at point: String) async throws -> Bool {
        do {
            return try await !fixture.rows(
                "select from pg_stat_activity as a where a.application_name = \("gate \(point)")",
                in: fixture.home
            ).isEmpty
        } catch is PostgresError {
            // The server restarts.
            return false
        }
    }
}

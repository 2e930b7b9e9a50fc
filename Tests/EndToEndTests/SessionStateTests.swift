import Postgres
import Testing

/// What a handler leaves in its session does not reach tasks of other transactions.
@Suite("What handlers leave in the session", .timeLimit(.minutes(60)))
struct SessionStateTests {
    @Test(
        "what a handler leaves in the session is gone for the next transaction, and for its own next call",
        arguments: [
            "create temporary table w (a integer);",
            "execute 'declare c cursor with hold for select 1';",
            "execute 'prepare q as select 1';",
            """
            if exists (select from pg_listening_channels()) then raise exception 'it listens'; end if;
            execute 'listen news';
            """,
            """
            if exists (
                select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and (classid, objid) = (0, 42)
            ) then
                raise exception 'it is locked';
            end if;
            perform pg_advisory_lock(42);
            """,
        ]
    )
    func leftovers(statements: String) async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--max-attempts", "1")
            try await fixture.script(
                """
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    \(statements)
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                end $$
                """
            )
            try await fixture.enqueue(10)
            try await fixture.call()
            #expect(try await fixture.done() == Array(1...10))
            #expect(
                try await fixture.rows("select done, failed, dead, end_reason from cronmill.run") == ["10|0|0|empty"]
            )
        }
    }

    @Test("a handler that gives all advisory locks away does not give the slot away")
    func slotStays() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script(
                """
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    perform pg_advisory_unlock_all();
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                end $$
                """
            )
            try await fixture.enqueue(200)
            try await fixture.call()
            #expect(try await fixture.done() == Array(1...200))
            #expect(try await fixture.rows("select done, end_reason from cronmill.run") == ["200|empty"])
        }
    }

    @Test("notices of a handler are not sent to pg_cron")
    func notices() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script(
                """
                alter table app.done add level text;
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    insert into app.done (n, level)
                    values ((payload ->> 'n')::bigint, current_setting('client_min_messages'));
                end $$
                """
            )
            try await fixture.enqueue(20)
            try await fixture.call()
            #expect(try await fixture.rows("select distinct level from app.done") == ["error"])
        }
    }
}

import Postgres
import Testing

/// What tasks of one transaction share is charged to none of them.
@Suite("Tasks that share a transaction", .timeLimit(.minutes(60)))
struct SharedTransactionTests {
    /// Handlers that spoil a transaction for those that come after them in it, each with what it needs.
    enum Spoiler: String, CaseIterable, CustomTestStringConvertible {
        case temporaryTable = "create temporary table s (n bigint) on commit drop;"
        case keyOfNow = "insert into app.once values (default);"
        case localSetting = """
            if coalesce(current_setting('app.tenant', true), '') <> '' then raise exception 'tenant of another'; end if;
            perform set_config('app.tenant', payload ->> 'n', true);
            """
        case localRole = """
            if current_user <> session_user then raise exception 'role of another'; end if;
            perform set_config('role', 'pg_monitor', true);
            """

        var testDescription: String { String(rawValue.prefix(40)) }
    }

    private static func work(_ statements: String) -> String {
        """
        create table app.once (at timestamptz primary key default now());
        grant insert on app.once to public;
        grant usage on schema app to public;
        grant insert on app.done to public;
        create or replace function app.work(payload jsonb) returns void language plpgsql as $$
        begin
            insert into app.done (n) values ((payload ->> 'n')::bigint);
            \(statements)
        end $$
        """
    }

    @Test("a task that fails only beside others is done alone, and nobody is charged", arguments: Spoiler.allCases)
    func spoiled(_ spoiler: Spoiler) async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--max-attempts", "1")
            try await fixture.script("grant pg_monitor to \(fixture.runner)")
            try await fixture.script(Self.work(spoiler.rawValue))
            try await fixture.enqueue(12)
            try await fixture.call()
            #expect(try await fixture.done() == Array(1...12))
            let runs = try await fixture.rows("select done, failed, dead, alone > 0 as many from cronmill.run")
            #expect(runs == ["12|0|0|t"])
            #expect(try await fixture.rows("select count(*) from cronmill.dead_task") == ["0"])
        }
    }

    @Test("a slow batch that is cut in two while a task is set aside has each task once")
    func slow() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--linger", "0", "--backoff-base", "1h")
            try await fixture.script(
                """
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    perform pg_sleep(0.2);
                    if payload ->> 'n' = '8' then raise 'it fails'; end if;
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                end $$
                """
            )
            try await fixture.enqueue(10)
            try await fixture.call()
            #expect(try await fixture.done() == [1, 2, 3, 4, 5, 6, 7, 9, 10])
            #expect(try await fixture.rows("select payload ->> 'n' as n, attempts from cronmill.task") == ["8|1"])
            #expect(try await fixture.rows("select done, failed from cronmill.run") == ["9|1"])
        }
    }

    @Test("deferred constraints stay deferred for the tasks after one that fails")
    func deferredAfterFailure() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--max-attempts", "1")
            try await fixture.script(
                """
                create table app.parent (n bigint primary key);
                create table app.child (n bigint references app.parent deferrable initially deferred);
                grant insert on app.parent, app.child to \(fixture.runner);
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    if payload ->> 'n' = '13' then raise exception 'x'; end if;
                    insert into app.child values ((payload ->> 'n')::bigint);
                    insert into app.parent values ((payload ->> 'n')::bigint);
                end $$
                """
            )
            try await fixture.enqueue(25)
            try await fixture.call()
            #expect(try await fixture.rows("select count(*) from app.child") == ["24"])
            #expect(
                try await fixture.rows("select payload ->> 'n' as n, error_sqlstate from cronmill.dead_task") == [
                    "13|P0001"
                ]
            )
            #expect(try await fixture.rows("select done, failed, dead, alone from cronmill.run") == ["24|1|1|0"])
        }
    }

    @Test("constraints that are immediate unless deferred stay so")
    func immediateConstraint() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--max-attempts", "1")
            try await fixture.script(
                """
                alter table app.done add constraint done_once unique (n) deferrable initially immediate;
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    if payload ->> 'n' = '5' then raise exception 'x'; end if;
                    insert into app.done (n) values ((payload ->> 'n')::bigint % 10);
                exception
                    when unique_violation then
                        insert into app.done (n) values ((payload ->> 'n')::bigint);
                end $$
                """
            )
            try await fixture.enqueue(25)
            try await fixture.call()
            #expect(try await fixture.done() == Array(0...9) + Array(11...14) + Array(16...25))
            #expect(try await fixture.rows("select payload ->> 'n' as n from cronmill.dead_task") == ["5"])
        }
    }

    @Test("with --alone each task has a transaction of its own")
    func alone() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--max-attempts", "1", "--alone", "on")
            try await fixture.script("alter table app.done add transaction xid8 default pg_current_xact_id()")
            try await fixture.script(Self.work(Spoiler.localSetting.rawValue))
            try await fixture.enqueue(12)
            try await fixture.call()
            #expect(try await fixture.done() == Array(1...12))
            #expect(try await fixture.rows("select count(distinct transaction) from app.done") == ["12"])
            #expect(try await fixture.rows("select done, failed, alone from cronmill.run") == ["12|0|0"])
            let off = try await fixture.cronmillHere("configure", "work", "--alone", "off")
            #expect(off.errors.contains("change processor work: alone on -> off\n"), "\(off.errors)")
            #expect(try await fixture.rows("select alone from cronmill.processor") == ["f"])
        }
    }

    @Test("status offers --alone where many tasks fail beside others and are done alone")
    func offered() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script(Self.work(Spoiler.temporaryTable.rawValue))
            try await fixture.enqueue(30)
            try await fixture.call()
            let status = try await fixture.cronmillHere("status", "--json")
            #expect(
                status.output.contains(
                    "failed beside others and were done alone (if its handler needs that: "
                        + "cronmill configure work --database \(fixture.database) --alone on)"
                ),
                "\(status.output)"
            )
        }
    }
}

import Postgres
import Testing

/// The owner of a database chooses what its sessions begin with: nothing of it is believed, or run as somebody else.
@Suite("Attacks by settings of a database", .timeLimit(.minutes(60)))
struct SearchPathAttackTests {
    /// Types, functions and operators that note who runs them, in front of PostgreSQL's own.
    private static let trap = """
        create schema evil; grant usage on schema evil to public;
        create table evil.caught (who text, what text); grant insert on evil.caught to public;
        create function evil.note(what text) returns boolean language plpgsql as $$
        begin
            insert into evil.caught values (current_user, what);
            return true;
        end $$;
        create domain evil.text as pg_catalog.text check (evil.note('text'));
        create domain evil.timestamptz as pg_catalog.timestamptz check (evil.note('timestamptz'));
        create domain evil.tid as pg_catalog.tid check (evil.note('tid'));
        create domain evil.int8 as pg_catalog.int8 check (evil.note('int8'));
        create domain evil.int4 as pg_catalog.int4 check (evil.note('int4'));
        create domain evil.bool as pg_catalog.bool check (evil.note('bool'));
        create function evil.clock_timestamp() returns pg_catalog.timestamptz language plpgsql as
            $$ begin perform evil.note('clock'); return pg_catalog.clock_timestamp(); end $$;
        create function evil.later(a pg_catalog.timestamptz, b pg_catalog.timestamptz) returns boolean
            language plpgsql as $$ begin perform evil.note('<'); return a operator(pg_catalog.<) b; end $$;
        create operator evil.< (leftarg = pg_catalog.timestamptz, rightarg = pg_catalog.timestamptz, function = evil.later);
        create operator evil.>= (leftarg = pg_catalog.timestamptz, rightarg = pg_catalog.timestamptz, function = evil.later);
        create function evil.minus(a pg_catalog.timestamptz, b pg_catalog.timestamptz) returns interval
            language plpgsql as $$ begin perform evil.note('-'); return a operator(pg_catalog.-) b; end $$;
        create operator evil.- (leftarg = pg_catalog.timestamptz, rightarg = pg_catalog.timestamptz, function = evil.minus);
        create function evil.same(a pg_catalog.text, b pg_catalog.text) returns boolean
            language plpgsql as $$ begin perform evil.note('='); return a operator(pg_catalog.=) b; end $$;
        create operator evil.= (leftarg = pg_catalog.text, rightarg = pg_catalog.text, function = evil.same);
        create operator evil.<> (leftarg = pg_catalog.text, rightarg = pg_catalog.text, function = evil.same);
        create function evil.greater(a integer, b integer) returns boolean
            language plpgsql as $$ begin perform evil.note('>'); return a operator(pg_catalog.>) b; end $$;
        create operator evil.> (leftarg = integer, rightarg = integer, function = evil.greater);
        """

    private func house(_ fixture: Fixture) async throws {
        let connection = try await fixture.connect("postgres")
        try await connection.execute("call cronmill_cron.house()")
        await connection.close()
    }

    @Test("a search_path of the database has nothing of its owner's run by a processor or a housekeeper")
    func searchPath() async throws {
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp("--enable", "--linger", "3s")
                for database in [fixture.database, "postgres"] {
                    try await fixture.script(Self.trap, in: database)
                    try await fixture.script(
                        "alter database \(database) set search_path = evil, pg_catalog",
                        in: "postgres"
                    )
                }
                try await fixture.script(
                    """
                    create or replace function app.work(payload jsonb) returns void language plpgsql
                    set search_path = pg_catalog as $$
                    begin
                        if payload ->> 'n' = '3' then raise exception 'it fails'; end if;
                        insert into app.done (n) values ((payload ->> 'n')::bigint);
                    end $$
                    """
                )
                try await fixture.enqueue(5)
                try await fixture.call()
                try await house(fixture)
                let moment = try await fixture.cronRows("select pg_catalog.clock_timestamp()::pg_catalog.text")[0]
                try await eventually("pg_cron has begun the housekeepers anew", within: .seconds(150)) {
                    try await fixture.cronRows(
                        """
                        select distinct r.command from cron.job_run_details as r
                        where r.start_time operator(pg_catalog.>) \(moment)::pg_catalog.timestamptz
                        """
                    ).count == 2
                }
                try await Task.sleep(for: .seconds(2))
                #expect(try await fixture.done() == [1, 2, 4, 5])
                for database in [fixture.database, "postgres"] {
                    #expect(try await fixture.rows("select distinct who, what from evil.caught", in: database) == [])
                }
            }
        }
    }

    @Test("a role that the database sets is not taken for the one that has logged in")
    func role() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.script(
                "alter database \(fixture.database) set role = '\(fixture.runner)'",
                in: "postgres"
            )
            for command in [["status"], ["tasks"], ["sync", "--check"], ["check-permissions"], ["export"]] {
                let result = try await fixture.cronmillHere(command)
                #expect(!result.errors.contains("error:"), "\(command): \(result.errors)")
            }
        }
    }

    @Test("to try what waits in PartitionCache's queue runs nobody's code with more rights than the run-as role's")
    func fragments() async throws {
        try await withPartitionCache { old in
            let fixture = old.fixture
            try await old.configure(isEnabled: false)
            try await fixture.script(
                """
                create schema evil; grant usage on schema evil to public;
                create function evil.note(integer) returns boolean language plpgsql as $$
                begin
                    begin
                        execute 'set role none';
                    exception when others then
                        null;
                    end;
                    raise exception using errcode = 'insufficient_privilege', message = 'ran as ' || current_user;
                end $$;
                create domain evil.noted as integer check (evil.note(value))
                """
            )
            _ = try await fixture.rows(
                """
                insert into public.first_query_fragment_queue (query, hash, partition_key, partition_datatype)
                values ('select id from public.point where ''{1}''::evil.noted[] is not null', 'hostile', 'id', 'integer')
                """
            )
            let before = try await fixture.rows("select r.oid from pg_roles as r where r.rolsuper order by 1")
            let result = try await fixture.cronmill(old.arguments)
            // Who plans the query finds out what it would do, as the role that will do it.
            #expect(
                result.exitCode == 1 && result.errors.contains("1 fragment: ran as \(fixture.runner)"),
                "\(result.errors)"
            )
            #expect(try await fixture.rows("select r.oid from pg_roles as r where r.rolsuper order by 1") == before)
        }
    }
}

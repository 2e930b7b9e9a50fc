import Postgres
import PrivateServer
import Testing

/// Whoever looks at a database runs nothing that a less trusted role has put there.
@Suite("Attacks by the owner of what is looked at", .timeLimit(.minutes(60)))
struct LookTests {
    /// Every command that reads or changes a work database, with arguments of its own.
    private static let commands = [
        ["status"], ["setup", "--dry-run"], ["setup"], ["tasks"], ["tasks", "--state", "dead"], ["sync", "--check"],
        ["sync"],
        ["sync", "--adopt"], ["enable"], ["disable"], ["pause"], ["resume"], ["check-permissions"], ["export"],
        ["configure", "work", "--slots", "2"], ["configure", "work", "--slots", "2", "--dry-run"], ["process", "work"],
        ["enqueue", "--queue", "work", "--payload", "{}"], ["cancel", "1"], ["redrive", "work", "--yes"], ["runs"],
        ["stats"], ["server"],
        ["rotate-password"], ["prune", "--yes"],
        ["migrate", "takeover", "--table", "app.done", "--payload-row", "--queue", "work"],
        ["remove", "work", "--yes"],
        ["remove", "--everything", "--yes"],
    ]

    /// A schema of the role's with a function that tries to become more than it, and counts by sequences, which no
    /// rollback sets back, how often it ran, and how often as another role.
    private func layTrap(_ fixture: Fixture, owner: String) async throws {
        try await fixture.script(
            """
            create schema evil authorization \(owner); grant usage on schema evil to public;
            grant create on database \(fixture.database) to \(owner)
            """
        )
        let connection = try await fixture.connect(as: owner)
        try await connection.script(
            """
            create sequence evil.ran; create sequence evil.ran_as_other;
            grant all on all sequences in schema evil to public;
            create function evil.note() returns integer language plpgsql as $$
            declare
                escape text;
            begin
                perform pg_catalog.nextval('evil.ran');
                foreach escape in array array[
                    'reset role', 'set session authorization default', 'set role none', 'set local role none', 'reset all',
                    'discard all', 'commit', 'declare late cursor with hold for select evil.late()', 'notify caught',
                    'insert into evil.deferred values (1)', 'set search_path = evil', 'prepare late as select evil.late()',
                    $e$select pg_catalog.set_config('role', 'none', false)$e$,
                    $e$select pg_catalog.set_config('session_authorization', 'default', false)$e$,
                    'create temporary table processor_status as select evil.late()'
                ] loop
                    begin
                        execute escape;
                    exception when others then
                        null;
                    end;
                    perform evil.late();
                end loop;
                return 1;
            end $$;
            create function evil.late() returns integer language plpgsql as $$
            begin
                if current_user <> '\(owner)' then
                    perform pg_catalog.nextval('evil.ran_as_other');
                    execute 'alter role \(owner) superuser';
                end if;
                return 1;
            end $$;
            create function evil.on_row() returns trigger language plpgsql as $$
                begin perform evil.note(); return coalesce(new, old); end $$;
            create function evil.at_commit() returns trigger language plpgsql as $$
                begin perform evil.late(); return null; end $$;
            create table evil.deferred (x integer);
            create constraint trigger late after insert on evil.deferred deferrable initially deferred
                for each row execute function evil.at_commit();
            create function evil.same(text, text) returns boolean language plpgsql as
                $$ begin perform evil.note(); return $1 operator(pg_catalog.=) $2; end $$;
            create operator evil.= (leftarg = text, rightarg = text, function = evil.same);
            """
        )
        await connection.close()
        try await fixture.script("alter database \(fixture.database) set search_path = evil, pg_catalog")
    }

    private func calls(_ fixture: Fixture, _ name: String) async throws -> Bool {
        try await fixture.rows("select s.is_called from evil.\(identifier: name) as s") == ["t"]
    }

    /// Runs every command as the role, and finds that the trap never ran as it.
    private func runEverything(_ fixture: Fixture, as role: String?, owner: String) async throws {
        var environment: [String: String] = [:]
        if let role { environment["DB_USER"] = role }
        for command in Self.commands {
            let result = try await fixture.cronmill(
                command + ["--database", fixture.database],
                environment: environment
            )
            #expect(result.exitCode != 64, "\(command): \(result.errors)")
            #expect(try await !calls(fixture, "ran_as_other"), "\(command): \(result.errors)")
        }
        #expect(
            try await fixture.rows(
                "select r.rolsuper from pg_catalog.pg_roles as r where r.rolname operator(pg_catalog.=) \(owner)"
            )
                == ["f"]
        )
    }

    /// A half of its own in the first database, by a role that is no superuser and no installer elsewhere.
    private func makeOwner(_ fixture: Fixture, _ attributes: String = "") async throws -> String {
        let owner = "\(fixture.runner)_owner"
        try await fixture.server.makeRole(owner, attributes)
        return owner
    }

    private static let imitation = """
        create schema cronmill; create schema cronmill_processor;
        create view cronmill.installation as
            select evil.note() as schema_version, 'x ' || evil.note() as fingerprint, 'cronmill'::text as link_role,
                'postgres'::text as cron_database, true as linked, false as made_postgres_fdw;
        create view cronmill.queue as select evil.note() as queue_id, 'work'::text as name;
        create view cronmill.processor as select evil.note() as processor_id, 'work'::text as name, evil.note() as queue_id,
            'postgres'::text as run_as, true as enabled, false as paused, 'app.work'::text as handler;
        create view cronmill.task as select evil.note() as task_id, evil.note() as queue_id;
        create view cronmill.dead_task as select evil.note() as task_id, evil.note() as queue_id;
        create view cronmill.adoption as select evil.note() as adoption_id;
        create view cronmill.processor_status as
            select 'work'::text as name, 'work'::text as queue, 'app'::text as run_as, true as enabled, false as paused,
                evil.note() as slots, '* * * * *'::text as schedule, 0::bigint as running, 0::bigint as waiting,
                7::bigint as ready, 0::bigint as scheduled, 0::bigint as retrying, 0::bigint as dead,
                null::double precision as oldest_ready_seconds, 0::bigint as done_last_hour, 0::bigint as failed_last_hour,
                0::bigint as attempts_of_late, 0::bigint as failed_of_late, null::text as last_error, 0::bigint as dead_rows,
                null::timestamptz as quiet_since, null::timestamptz as oldest_ready_at, null::text as paused_for,
                0::bigint as alone_last_hour, false as alone, null::text as handler_fault, null::text as copy_difference,
                null::text as recurring_fault, 0::bigint as held;
        create function cronmill.assert_original() returns void language plpgsql as
            $$ begin perform evil.note(); end $$;
        create function cronmill.stamp() returns void language plpgsql as $$ begin perform evil.note(); end $$;
        create procedure cronmill_processor.work(slot integer, task_limit bigint default null) language plpgsql as
            $$ begin perform evil.note(); end $$;
        grant usage on schema cronmill, cronmill_processor to public;
        grant all on all tables in schema cronmill to public;
        """

    @Test(
        "schemas that a database's owner has made in advance run nothing as who looks at them",
        arguments: [nil, "createrole", "createdb", "bypassrls", "in role pg_execute_server_program"]
    )
    func imitation(attribute: String?) async throws {
        try await withDatabases { fixture in
            let owner = try await makeOwner(fixture)
            try await layTrap(fixture, owner: owner)
            let connection = try await fixture.connect(as: owner)
            try await connection.script("set search_path = pg_catalog; \(Self.imitation)")
            await connection.close()
            let victim = attribute == nil ? fixture.server.server.superuser : "\(fixture.runner)_installer"
            if let attribute { try await fixture.server.makeRole(victim, attribute) }
            // Membership is no trust.
            try await fixture.script("grant \(owner) to \(victim)", in: "postgres")
            try await runEverything(fixture, as: attribute == nil ? nil : victim, owner: owner)
            // The superuser is shown what is there, read with its owner's rights.
            let status = try await fixture.cronmill(
                ["status", "--database", fixture.database],
                environment: attribute == nil ? [:] : ["DB_USER": victim]
            )
            #expect(status.output.contains("  work") == (attribute == nil), "\(status.errors)")
            #expect(try await calls(fixture, "ran") == (attribute == nil))
            #expect(try await !calls(fixture, "ran_as_other"))
            let tasks = try await fixture.cronmill(
                ["tasks", "--database", fixture.database],
                environment: attribute == nil ? [:] : ["DB_USER": victim]
            )
            #expect(
                tasks.errors == """
                    cronmill: error: schema cronmill of database "\(fixture.database)" belongs to role "\(owner)"
                    cronmill: detail: Role "\(victim)" may do more, and what it reads or calls there would act with its \
                    rights; so nothing was read or called. (in database "\(fixture.database)")
                    cronmill: hint: Connect as that role: DB_USER=\(owner)

                    """
            )
        }
    }

    @Test(
        "the database's owner can put nothing in schemas that a superuser has made, and has nothing run by his settings"
    )
    func databaseOwner() async throws {
        try await withDatabases { fixture in
            let owner = try await makeOwner(fixture)
            try await fixture.setUp("--enable")
            try await fixture.enqueue(2)
            try await layTrap(fixture, owner: owner)
            try await fixture.script("alter database \(fixture.database) owner to \(owner)", in: "postgres")
            let connection = try await fixture.connect(as: owner)
            for attempt in [
                "create function cronmill.more() returns integer language sql as 'select 1'",
                "create or replace function cronmill.assert_original() returns void language sql as 'select'",
                "create or replace view cronmill.processor_status as select 1 as name",
                "create trigger caught before update on cronmill.processor for each row execute function evil.on_row()",
                "create rule caught as on select to cronmill.task do instead select evil.note()",
                "create policy caught on cronmill.task using (evil.note() = 1)",
                "alter table cronmill.task alter column priority set default evil.note()",
                "create table evil.child () inherits (cronmill.task)",
                "create table evil.key (id bigint references cronmill.queue (queue_id))",
                "create operator cronmill.= (leftarg = text, rightarg = text, function = evil.same)",
                "create cast (cronmill.outcome as text) with function evil.to_text(cronmill.outcome)",
                "create event trigger caught on ddl_command_start execute function evil.on_ddl()",
                "alter schema cronmill rename to other", "alter schema cronmill owner to \(owner)",
                "drop schema cronmill cascade",
                "alter function cronmill.assert_original() owner to \(owner)", "comment on schema cronmill is 'mine'",
            ] {
                let error = try await expectedError { try await connection.execute(SQL(unsafeRaw: attempt)) }
                #expect(
                    [.insufficientPrivilege, .undefinedFunction].contains(error.sqlState) || error.sqlState == "42704",
                    "\(attempt): \(error.message)"
                )
            }
            await connection.close()
            try await runEverything(fixture, as: nil, owner: owner)
            #expect(try await !calls(fixture, "ran"))
        }
    }

    @Test(
        "one object of another's in a half is enough, whatever it is, and is named",
        arguments: [
            ("alter function cronmill.stamp() owner to %o", "function cronmill.stamp() of %d belongs to role \"%o\""),
            (
                "alter view cronmill.processor_status owner to %o",
                "view cronmill.processor_status of %d belongs to role \"%o\""
            ),
            (
                "alter procedure cronmill_processor.work owner to %o",
                "function cronmill_processor.work(integer,bigint) of %d belongs to role \"%o\""
            ),
            (
                "create trigger caught before update on cronmill.processor for each row execute function evil.on_row()",
                "function evil.on_row() of %d belongs to role \"%o\""
            ),
            (
                "create rule caught as on update to cronmill.processor do also select evil.note()",
                "function evil.note() of %d belongs to role \"%o\""
            ),
            (
                "create policy caught on cronmill.task using (evil.note() = 1)",
                "function evil.note() of %d belongs to role \"%o\""
            ),
            (
                "alter table cronmill.processor alter column slots set default evil.note()",
                "function evil.note() of %d belongs to role \"%o\""
            ),
            (
                "alter table cronmill.processor add constraint caught check (evil.note() = 1) not valid",
                "function evil.note() of %d belongs to role \"%o\""
            ),
            (
                "create index caught on cronmill.queue (evil.steady(name))",
                "function evil.steady(text) of %d belongs to role \"%o\""
            ),
            (
                "create cast (cronmill.outcome as jsonb) with function evil.to_json(cronmill.outcome) as implicit",
                "function evil.to_json(cronmill.outcome) of %d belongs to role \"%o\""
            ),
            (
                "create operator cronmill.= (leftarg = text, rightarg = text, function = evil.same)",
                "function evil.same(text,text) of %d belongs to role \"%o\""
            ),
            (
                "create event trigger caught_%o on sql_drop execute function evil.on_ddl()",
                "function evil.on_ddl() of %d belongs to role \"%o\""
            ),
            (
                "create table evil.key (id integer references cronmill.queue (queue_id)); alter table evil.key owner to %o",
                "table evil.key of %d belongs to role \"%o\""
            ),
            (
                "grant trigger on cronmill.task to %o",
                "role \"%o\" has the privilege trigger on table cronmill.task of %d"
            ),
            (
                "grant references (queue_id) on cronmill.queue to public",
                "everybody has the privilege references on table cronmill.queue of %d"
            ),
            (
                "grant create on schema cronmill_processor to %o",
                "role \"%o\" has the privilege create on schema cronmill_processor of %d"
            ),
        ]
    )
    func oneObject(statement: String, message: String) async throws {
        try await withDatabases { fixture in
            let owner = try await makeOwner(fixture)
            try await fixture.setUp()
            try await layTrap(fixture, owner: owner)
            let connection = try await fixture.connect(as: owner)
            try await fixture.script("grant usage on schema cronmill to \(owner)")
            try await connection.script(
                """
                set search_path = pg_catalog;
                create function evil.steady(text) returns text language sql immutable as 'select $1';
                create function evil.to_json(cronmill.outcome) returns jsonb language sql as 'select null::jsonb';
                create function evil.on_ddl() returns event_trigger language plpgsql as
                    $$ begin perform evil.note(); end $$;
                """
            )
            await connection.close()
            let names = { (text: String) in
                text.replacing("%o", with: owner).replacing("%d", with: "database \"\(fixture.database)\"")
            }
            try await fixture.script("set search_path = pg_catalog; \(names(statement))")
            for command in [
                ["status"], ["setup"], ["tasks"], ["configure", "work", "--slots", "2"], ["process", "work"],
            ] {
                let refused = try await fixture.cronmillHere(command)
                #expect(refused.exitCode == 1)
                #expect(
                    refused.errors.contains("cronmill: error: \(names(message))\n"),
                    "\(command): \(refused.errors)"
                )
            }
            #expect(try await !calls(fixture, "ran"))
        }
    }

    @Test("what a role makes of its own that names what is ours is run by no statement, and blocks nobody")
    func othersObjects() async throws {
        try await withDatabases { fixture in
            let owner = try await makeOwner(fixture)
            try await fixture.setUp()
            try await fixture.script(
                """
                grant usage on schema cronmill to \(owner); grant create on database \(fixture.database) to \(owner);
                grant execute on function cronmill.shell_word(text) to \(owner)
                """
            )
            let connection = try await fixture.connect(as: owner)
            try await connection.script(
                """
                create domain pg_temp.d as integer check ((null::cronmill.outcome) is null);
                create table pg_temp.t (x text check (cronmill.shell_word(x) is not null));
                create type pg_temp.pair as (a text);
                create function pg_temp.pair(cronmill.outcome) returns pg_temp.pair language sql as 'select null::pg_temp.pair';
                create cast (cronmill.outcome as pg_temp.pair) with function pg_temp.pair(cronmill.outcome);
                create schema cronmill_migration;
                create table cronmill_migration.migration (from_database text);
                """
            )
            for command in [
                ["status"], ["setup"], ["tasks"], ["configure", "work", "--slots", "2"], ["disable", "work"], ["sync"],
            ] {
                let result = try await fixture.cronmillHere(command)
                #expect(result.exitCode == 0, "\(command): \(result.errors)")
            }
            await connection.close()
        }
    }

    @Test("a registry that another than a superuser has made runs nothing as a superuser who looks at it")
    func registry() async throws {
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                let owner = try await makeOwner(fixture, "createrole")
                try await fixture.script(
                    """
                    create schema evil authorization \(owner); create sequence evil.ran; grant all on evil.ran to public;
                    grant create on database postgres to \(owner)
                    """,
                    in: "postgres"
                )
                let connection = try await fixture.connect("postgres", as: owner)
                try await connection.script(
                    """
                    create schema cronmill_cron;
                    create view cronmill_cron.installation as
                        select nextval('evil.ran')::integer as schema_version, 'x'::text as fingerprint;
                    create view cronmill_cron.work_database as
                        select nextval('evil.ran')::integer as work_database_id, '\(fixture.database)'::text as name;
                    create function cronmill_cron.visible_databases() returns setof text language sql as
                        $$ select nextval('evil.ran')::text $$;
                    grant usage on schema cronmill_cron to public; grant all on all tables in schema cronmill_cron to public;
                    """
                )
                await connection.close()
                for command in [
                    ["status", "--all"], ["setup", "--database", fixture.database], ["runs", "--all"],
                    ["alarms", "--all"], ["sync", "--all"],
                    ["check-permissions", "--all"], ["remove", "--cron", "--yes"], ["stats", "--all"],
                    ["server", "--all"],
                    ["prune", "--all"],
                ] {
                    let result = try await fixture.cronmill(command)
                    #expect(result.exitCode == 1, "\(command): \(result.output)")
                    #expect(
                        result.errors.contains(
                            "schema cronmill_cron of database \"postgres\" belongs to role \"\(owner)\"\n"
                        ),
                        "\(command): \(result.errors)"
                    )
                    #expect(
                        result.errors.contains("hint: Connect as that role: PG_CRON_USER=\(owner)\n"),
                        "\(command): \(result.errors)"
                    )
                }
                #expect(try await fixture.cronRows("select s.is_called from evil.ran as s") == ["f"])
                try await fixture.script("drop schema cronmill_cron cascade", in: "postgres")
            }
        }
    }
}

import Postgres
import PrivateServer
import Testing

/// What somebody tries who has logged in as a role of ours and wants more.
@Suite("Attacks", .timeLimit(.minutes(60)))
struct AttackTests {
    @Test(
        "an administrator without superuser reads nothing of a role that could not act as it, whatever both may do elsewhere"
    )
    func equalAttributes() async throws {
        try await withDatabases { fixture in
            let (administrator, tenant) = ("\(fixture.runner)_admin", "\(fixture.runner)_tenant")
            try await fixture.server.makeRole(administrator, "createrole")
            try await fixture.server.makeRole(tenant, "createrole")
            try await fixture.script(
                """
                create schema cronmill authorization \(tenant);
                create view cronmill.queue as select 1 as queue_id; alter view cronmill.queue owner to \(tenant)
                """
            )
            let isNew =
                try await fixture.rows("select current_setting('server_version_num')::integer >= 160000") == ["t"]
            let trusted = "cronmill: error: database \"\(fixture.database)\" is not set up\n"
            let refused =
                "cronmill: error: schema cronmill of database \"\(fixture.database)\" belongs to role \"\(tenant)\"\n"
            func look() async throws -> String {
                try await fixture.cronmill(
                    ["tasks", "--database", fixture.database],
                    environment: ["DB_USER": administrator]
                ).errors
            }
            // CREATEROLE is power over all roles before 16, and after that over those that one administers.
            #expect(try await look().hasPrefix(isNew ? refused : trusted))
            guard isNew else { return }
            try await fixture.script("grant \(administrator) to \(tenant) with inherit true, set false")
            #expect(try await look().hasPrefix(refused))
            try await fixture.script("grant \(administrator) to \(tenant) with set true")
            #expect(try await look().hasPrefix(trusted))
        }
    }

    @Test(
        "the owner of a work database can schedule nothing in another database, as another role, or of its own wording"
    )
    func workOwner() async throws {
        try await withDatabases(2) { fixture in
            let (mine, theirs) = (fixture.databases[0], fixture.databases[1])
            let owner = "\(fixture.runner)_owner"
            try await fixture.server.makeRole(owner, "createrole")
            try await fixture.script(
                """
                create extension postgres_fdw;
                grant usage on foreign data wrapper postgres_fdw to \(owner);
                grant create on database \(mine) to \(owner); grant usage on schema app to \(owner)
                """,
                in: mine
            )
            // The registry is a superuser's, the work database its owner's, who logs in by password.
            var environment = fixture.server.passwordEnvironment(owner)
            environment["PG_CRON_HOST"] = fixture.server.socketDirectory
            environment["PG_CRON_USER"] = fixture.server.server.superuser
            let setup = try await fixture.cronmill(
                [
                    "setup", "--database", mine, "--queue", "work", "--handler", "app.work", "--run-as", fixture.runner,
                    "--schedule", Fixture.never, "--link-host", "127.0.0.1",
                ],
                environment: environment
            )
            try #require(setup.exitCode == 0, "\(setup.errors)")
            _ = try await fixture.cronmill(
                ["setup", "--database", theirs, "--queue", "work", "--handler", "app.work", "--run-as", fixture.runner]
            )
            let before = try await fixture.jobs(of: theirs)

            let connection = try await fixture.server.connectByPassword(mine, as: owner)
            let asOther = try await expectedError {
                try await connection.execute("update cronmill.processor set run_as = 'postgres'")
            }
            #expect(asOther.sqlState == "MC009" || asOther.message.contains("may not run as role \"postgres\""))
            for run in ["postgres", owner] {
                let error = try await expectedError {
                    try await connection.execute(
                        """
                        insert into cronmill.registry (name, enabled, slots, schedule, linger, run_as, removed)
                        values ('mine', true, 1, '* * * * *', '0', \(run), false)
                        """
                    )
                }
                #expect(error.message.contains("may not run as role \"\(run)\""))
            }
            // A name, a schedule and a linger that are SQL.
            let name = "x(1); alter role \(owner) superuser; --"
            try await connection.execute(
                """
                insert into cronmill.registry (name, enabled, slots, schedule, linger, run_as, removed)
                values (\(name), false, 1, \(Fixture.never), '0', \(fixture.runner), false)
                """
            )
            #expect(
                try await fixture.cronRows(
                    "select j.command, j.database, j.username from cron.job as j where j.command like \("%\(owner)%")"
                ) == ["call cronmill_processor.\"\(name)\"(1)|\(mine)|\(fixture.runner)"]
            )
            for (schedule, linger) in [("* * * * *; select 1", "0"), (Fixture.never, "0'; select 1; --")] {
                _ = try await expectedError {
                    try await connection.execute(
                        """
                        insert into cronmill.registry (name, enabled, slots, schedule, linger, run_as, removed)
                        values ('work', false, 1, \(schedule), \(linger), \(fixture.runner), false)
                        """
                    )
                }
            }
            // Another database: there is no way to say it, but to pretend to be it.
            try await connection.execute("update cronmill.installation set database_name = \(theirs)")
            let copy = try await expectedError {
                try await connection.execute("update cronmill.processor set slots = 2")
            }
            #expect(copy.sqlState == "MC007")
            try await connection.execute(
                "create or replace function cronmill.assert_original() returns void language sql begin atomic select; end"
            )
            try await connection.execute("update cronmill.processor set slots = 2")
            #expect(try await fixture.jobs(of: theirs) == before)
            #expect(try await fixture.jobs(of: mine).count == 3)
            await connection.close()

            let cron = try await fixture.server.connectByPassword("postgres", as: owner)
            for statement in [
                "select 1 from cron.job", "select 1 from cronmill_cron.processor",
                "select cron.schedule('* * * * *', 'select 1')",
                "select cronmill_cron.permit_run_as('\(mine)', 'postgres')",
                "select cronmill_cron.take_settings('\(theirs)', 'work', true, 9, '* * * * *', '0', 'postgres', false)",
            ] {
                let error = try await expectedError { try await cron.execute(SQL(unsafeRaw: statement)) }
                #expect(error.sqlState == .insufficientPrivilege, "\(statement): \(error.message)")
            }
            await cron.close()
        }
    }

    @Test("a producer changes no settings, and calls nothing but what enqueues")
    func producer() async throws {
        try await withDatabases { fixture in
            let role = "\(fixture.runner)_app"
            try await fixture.server.makeRole(role)
            try await fixture.setUp()
            _ = try await fixture.cronmillHere("grant", "producer", role, "--queue", "work")
            let app = try await fixture.server.connectByPassword(fixture.database, as: role)
            let settings = try await fixture.rows("select p::text from cronmill.processor as p")
            let granted = try await fixture.rows(
                """
                select p.proname from pg_proc as p
                where p.pronamespace in ('cronmill'::regnamespace, 'cronmill_processor'::regnamespace)
                    and has_function_privilege(\(role), p.oid, 'execute')
                order by 1
                """
            )
            #expect(
                granted == [
                    "enqueue", "enqueue_envelopes", "enqueue_graph", "enqueue_many", "extend_graph",
                    "is_attempt_limit", "is_timeout", "lock_class", "producer_queue_id",
                    "remove_recurring", "run_recurring", "set_recurring", "switch_recurring",
                ]
            )
            for statement in [
                "update cronmill.processor set enabled = true", "update cronmill.processor set slots = 9",
                "insert into cronmill.processor (name) values ('x')", "delete from cronmill.processor",
                "insert into cronmill.grantee (role_name, part) values (current_user, 'operator')",
                "select cronmill.grant_part(current_user::text, 'operator')",
                "select cronmill.set_privilege(true, current_user::text, 'usage', null, 'cronmill', null, null)",
                "insert into cronmill.task (queue_id, payload) values (1, '{}')", "select 1 from cronmill.task",
                "insert into cronmill.queue (name) values ('x')", "truncate cronmill.task",
                "select cronmill.begin_run('work', 1)", "call cronmill_processor.work(1)",
                "select cronmill.send_to_registry(null, false)", "drop function cronmill.enqueue",
                "alter table cronmill.processor disable trigger all",
            ] {
                let error = try await expectedError { try await app.execute(SQL(unsafeRaw: statement)) }
                #expect(error.sqlState == .insufficientPrivilege, "\(statement): \(error.message)")
            }
            #expect(try await fixture.rows("select p::text from cronmill.processor as p") == settings)
            // A queue's name is a name.
            for queue in ["work'; update cronmill.processor set slots = 9; --", "\"; drop schema cronmill cascade; --"]
            {
                let error = try await expectedError {
                    try await app.execute("select cronmill.enqueue(\(queue), '{}')")
                }
                #expect(error.sqlState == "MC001")
            }
            await app.close()
        }
    }

    @Test("objects of the caller's own, in pg_temp or in front of the search_path, capture nothing")
    func capture() async throws {
        try await withDatabases { fixture in
            let role = "\(fixture.runner)_app"
            try await fixture.server.makeRole(role)
            try await fixture.setUp("--enable")
            _ = try await fixture.cronmillHere("grant", "producer", role, "--queue", "work")
            _ = try await fixture.cronmillHere("grant", "operator", role)
            try await fixture.script(
                "create schema evil authorization \(role); create table evil.caught (who text, what text)"
            )
            try await fixture.script("grant insert on evil.caught to public; grant usage on schema evil to public")
            let trap = """
                create function %1.trap_ints(a integer, b integer) returns boolean language plpgsql as
                    $$ begin insert into evil.caught values (current_user, '='); return true; end $$;
                create operator %1.= (leftarg = integer, rightarg = integer, function = %1.trap_ints);
                create function %1.trap_texts(a text, b text) returns boolean language plpgsql as
                    $$ begin insert into evil.caught values (current_user, '='); return true; end $$;
                create operator %1.= (leftarg = text, rightarg = text, function = %1.trap_texts);
                create function %1.format(text, variadic text[]) returns text language plpgsql as
                    $$ begin insert into evil.caught values (current_user, 'format'); return $1; end $$;
                create function %1.coalesce(text, text) returns text language sql as 'select $1';
                create function %1.clock_timestamp() returns timestamptz language plpgsql as
                    $$ begin insert into evil.caught values (current_user, 'clock'); return '2000-01-01'; end $$;
                create function %1.work(payload jsonb) returns void language plpgsql as
                    $$ begin insert into evil.caught values (current_user, 'handler'); end $$;
                """
            // The run-as role's own path leads through the other's schema.
            try await fixture.script("alter role \(fixture.runner) set search_path = evil, public")
            for login in [role, fixture.runner] {
                let caller = try await fixture.server.connect(fixture.database, as: login)
                if login == role { try await caller.script(trap.replacing("%1", with: "evil")) }
                try await caller.script(trap.replacing("%1", with: "pg_temp"))
                try await caller.script(
                    """
                    create temporary table processor as select 1 as processor_id, 'work' as name;
                    create temporary table task (task_id bigint, queue_id integer, payload jsonb);
                    create temporary table queue as select 77 as queue_id, 'work'::text as name;
                    create temporary table grantee (role_name text, queue_id integer, part text);
                    create domain pg_temp.text as pg_catalog.text;
                    create domain pg_temp.jsonb as pg_catalog.jsonb
                    """
                )
                if login == role {
                    try await caller.script("set search_path = evil, pg_temp, cronmill, pg_catalog")
                    try await caller.execute(
                        "select cronmill.enqueue('work'::pg_catalog.text, '{\"n\": 1}'::pg_catalog.jsonb)"
                    )
                    try await caller.activating("update cronmill.processor set slots = 2")
                } else {
                    try await caller.execute("call cronmill_processor.work(1)")
                }
                await caller.close()
                // The next one has the same temporary schema, which has to be empty first.
                try await eventually("the backend is gone") {
                    try await fixture.rows("select from pg_stat_activity as a where a.usename = \(login)") == []
                }
            }
            #expect(try await fixture.done() == [1])
            #expect(try await fixture.rows("select who, what from evil.caught where who <> \(role)") == [])
            #expect(try await fixture.jobs().count == 2)
        }
    }

    @Test("a handler is called where it was named, and nobody but the set-up's owner names one")
    func handler() async throws {
        try await withDatabases { fixture in
            let role = "\(fixture.runner)_op"
            try await fixture.server.makeRole(role)
            try await fixture.setUp("--enable")
            _ = try await fixture.cronmillHere("grant", "operator", role)
            try await fixture.script("create schema evil authorization \(role)")
            let caller = try await fixture.server.connectByPassword(fixture.database, as: role)
            try await caller.script(
                """
                create function evil.work(payload jsonb) returns void language sql as 'select';
                grant usage on schema evil to public
                """
            )
            for change in ["handler = 'evil.work(jsonb)'", "handler_search_path = 'evil'"] {
                let error = try await expectedError {
                    try await caller.execute("update cronmill.processor set \(unsafeRaw: change)")
                }
                #expect(error.sqlState == .insufficientPrivilege)
            }
            await caller.close()
            // Even the owner cannot point a row to what the procedure does not call, or leave the schema out.
            let other = try await expectedError {
                try await fixture.script("update cronmill.processor set handler = 'evil.work(jsonb)'")
            }
            #expect(other.sqlState == "MC008")
            let unqualified = try await fixture.cronmillHere("configure", "work", "--handler", "work")
            #expect(unqualified.exitCode == 1)
            #expect(unqualified.errors.contains("handler work is not schema-qualified"))
            try await fixture.enqueue(3)
            try await fixture.call()
            #expect(try await fixture.done() == [1, 2, 3])
        }
    }

    @Test("the run-as role of one database reads neither jobs nor runs of another, nor those of its own from pg_cron")
    func otherTenant() async throws {
        try await withDatabases(2) { fixture in
            let other = "\(fixture.runner)_other"
            try await fixture.server.makeRole(other)
            try await fixture.script("grant usage on schema app to \(other)", in: fixture.databases[1])
            for (database, role) in [(fixture.databases[0], fixture.runner), (fixture.databases[1], other)] {
                let setup = try await fixture.cronmill([
                    "setup", "--database", database, "--queue", "work", "--handler", "app.work", "--run-as", role,
                    "--schedule", Fixture.never,
                ])
                try #require(setup.exitCode == 0, "\(setup.errors)")
            }
            let cron = try await fixture.server.connectByPassword("postgres", as: other)
            for statement in [
                "select 1 from cron.job", "select 1 from cron.job_run_details",
                "select cronmill_cron.history(10, null, null, null)",
                "select cronmill_cron.processor_jobs(array['\(fixture.databases[0])'])",
                "select cronmill_cron.visible_databases()", "select 1 from cronmill_cron.link",
            ] {
                let error = try await expectedError { try await cron.execute(SQL(unsafeRaw: statement)) }
                #expect(error.sqlState == .insufficientPrivilege, "\(statement): \(error.message)")
            }
            await cron.close()
            let refused = try await fixture.cronmill(
                ["status", "--database", fixture.databases[0]],
                environment: fixture.server.passwordEnvironment(other)
            )
            #expect(refused.exitCode == 1)
        }
    }

    @Test("by password, too, a link role reads nothing of pg_cron")
    func linkRole() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--link-host", "127.0.0.1")
            let role = "cronmill link \(fixture.database)"
            try await fixture.script("alter role \"\(role)\" password 'secret of \(role)'")
            let link = try await fixture.server.connectByPassword("postgres", as: role)
            for statement in [
                "select 1 from cron.job", "select 1 from cron.job_run_details",
                "select 1 from cronmill_cron.visible_jobs()", "select 1 from cronmill_cron.jobs_without_role()",
                "select cron.schedule('* * * * *', 'select 1')", "set role postgres", "set role \(fixture.runner)",
            ] {
                let error = try await expectedError { try await link.execute(SQL(unsafeRaw: statement)) }
                #expect(error.sqlState == .insufficientPrivilege, "\(statement): \(error.message)")
            }
            await link.close()
        }
    }
}

import Postgres
import PrivateServer
import Testing

/// Names that somebody else has taken: of a role in a processor's row, of a database that was dropped, of a link's role.
@Suite("Attacks by a name", .timeLimit(.minutes(60)))
struct ImpostorTests {
    @Test(
        "process logs in as no superuser, as no role the registry does not know, and calls no procedure but the generated one"
    )
    func process() async throws {
        try await withDatabases { fixture in
            let (administrator, victim) = ("\(fixture.runner)_admin", "\(fixture.runner)_victim")
            for role in [administrator, victim] { try await fixture.server.makeRole(role) }
            try await fixture.setUp()
            let granted = try await fixture.cronmillHere("grant", "operator", administrator)
            try #require(granted.exitCode == 0, "\(granted.errors)")
            try await fixture.enqueue(3)
            try await fixture.script(
                """
                create table public.caught (who text); grant insert on public.caught to public;
                grant execute on all routines in schema cronmill_processor to public
                """
            )
            // What the owner of the tables can do, whom the registry's owner need not trust.
            let rename = { (role: String) in
                try await fixture.script(
                    """
                    alter table cronmill.processor disable trigger user;
                    update cronmill.processor set run_as = '\(role)';
                    alter table cronmill.processor enable trigger user
                    """
                )
            }
            let environment = ["DB_USER": administrator]
            let process = ["process", "work", "--database", fixture.database]
            for who in [[:], environment] {
                try await rename(fixture.server.server.superuser)
                let superuser = try await fixture.cronmill(process, environment: who)
                #expect(superuser.exitCode == 1)
                #expect(
                    superuser.errors.hasPrefix(
                        "cronmill: error: processor \"work\" runs as role \"\(fixture.server.server.superuser)\", "
                            + "which is a superuser\n"
                    ),
                    "\(superuser.errors)"
                )
                try await rename(victim)
                let other = try await fixture.cronmill(process, environment: who)
                #expect(other.exitCode == 1)
                #expect(
                    other.errors == """
                        cronmill: error: the registry does not know processor "work" to run as role "\(victim)"
                        cronmill: detail: Only its row in database "\(fixture.database)" says so.
                        cronmill: hint: See: cronmill sync --check --database \(fixture.database)

                        """
                )
            }
            try await rename(fixture.runner)
            let definition = try await fixture.rows(
                "select pg_get_functiondef('cronmill_processor.work(integer, bigint)'::regprocedure)"
            )[0]
            try await fixture.script(
                """
                create or replace procedure cronmill_processor.work(slot integer, task_limit bigint default null)
                language sql as 'insert into public.caught values (current_user)'
                """
            )
            let changed = try await fixture.cronmill(process)
            #expect(
                changed.errors == """
                    cronmill: error: the procedure of processor "work" is not the one that was made for it
                    cronmill: detail: Its procedure was changed by hand.
                    cronmill: hint: cronmill sync --database \(fixture.database)

                    """
            )
            #expect(try await fixture.rows("select who from public.caught") == [])
            try await fixture.script(definition)
            let done = try await fixture.cronmill(process)
            #expect(done.exitCode == 0, "\(done.errors)")
            #expect(try await fixture.done() == [1, 2, 3])
        }
    }

    @Test("of a database that was dropped nothing is left to whoever takes its name")
    func droppedDatabase() async throws {
        try await withDatabases { fixture in
            let thief = "\(fixture.runner)_thief"
            try await fixture.server.makeRole(thief)
            try await fixture.setUp("--enable")
            let active = try await fixture.jobs()
            #expect(active.count == 1 && active[0].hasSuffix("|\(fixture.runner)|t"))
            // On 1.4 DROP DATABASE waits for the housekeeper; to the registry it is the same.
            try await fixture.script(
                "alter database \(fixture.database) rename to \(fixture.database)_gone",
                in: "postgres"
            )
            try await fixture.script("create database \(fixture.database) owner \(thief)", in: "postgres")
            let connection = try await fixture.connect(as: thief)
            try await connection.script(
                """
                create schema cronmill_processor;
                create table public.caught (who text); grant all on public.caught to public;
                create procedure cronmill_processor.work(slot integer) language sql as
                    'insert into public.caught values (current_user)';
                grant usage on schema cronmill_processor to public
                """
            )
            await connection.close()
            try await eventually("the housekeeper has deactivated its jobs", within: .seconds(150)) {
                try await fixture.jobs()[0].hasSuffix("|\(fixture.runner)|f")
            }
            #expect(
                try await fixture.cronRows(
                    "select d.difference from cronmill_cron.differences(array[\(fixture.database)]) as d"
                ) == ["database \"\(fixture.database)\" is not the one that was registered"]
            )
            // Whoever activates, by whatever way.
            let settings: SQL = """
                select cronmill_cron.take_settings(\(fixture.database), 'work', true, 1, '* * * * *', '0', \(fixture.runner), false)
                """
            let cron = try await fixture.connect("postgres")
            let error = try await expectedError { try await cron.execute(settings) }
            #expect(error.sqlState == "MC030")
            #expect(error.message == "database \"\(fixture.database)\" is not the one that was registered")
            try await cron.activating("select cronmill_cron.reconcile('\(fixture.database)', 'work')")
            await cron.close()
            #expect(try await fixture.jobs()[0].hasSuffix("|\(fixture.runner)|f"))
            for command in [["sync"], ["enable"], ["grant", "run-as", fixture.runner], ["setup"]] {
                let refused = try await fixture.cronmillHere(command)
                #expect(refused.exitCode == 1, "\(command): \(refused.output)")
            }
            // It can be struck out without a look at what stands under its name now.
            let removed = try await fixture.cronmillHere("remove", "--everything", "--yes")
            #expect(removed.exitCode == 0, "\(removed.errors)")
            #expect(try await fixture.jobs() == [])
            #expect(try await fixture.rows("select who from public.caught") == [])
        }
    }

    @Test("a new database of the name is set up from the beginning, and no role of the old one is permitted for it")
    func newDatabase() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script(
                "alter database \(fixture.database) rename to \(fixture.database)_gone",
                in: "postgres"
            )
            try await fixture.script("create database \(fixture.database)", in: "postgres")
            let setup = try await fixture.cronmillHere("setup")
            #expect(setup.exitCode == 0, "\(setup.errors)")
            #expect(
                try await fixture.cronRows(
                    """
                    select a.role_name from cronmill_cron.run_as as a
                    join cronmill_cron.work_database as w using (work_database_id) where w.name = \(fixture.database)
                    """
                ) == []
            )
            #expect(try await fixture.jobs() == [])
            let again = try await fixture.cronmillHere("setup")
            #expect(again.errors == "\(fixture.database): nothing to change\n")
        }
    }

    @Test(
        "a role that was made in advance does not become a link's",
        arguments: ["login password 'known'", "createrole", "superuser", "in role pg_monitor"]
    )
    func linkRole(attributes: String) async throws {
        try await withDatabases { fixture in
            let role = "cronmill link \(fixture.database)"
            try await fixture.script("create role \"\(role)\" \(attributes)", in: "postgres")
            let before = try await fixture.cronRows(
                "select a.rolpassword from pg_authid as a where a.rolname = \(role)"
            )
            let setup = try await fixture.cronmill(fixture.setupArguments([]))
            #expect(setup.exitCode == 1)
            #expect(
                setup.errors.contains("cronmill: error: role \"\(role)\" is not as cronmill makes it\n"),
                "\(setup.errors)"
            )
            #expect(setup.errors.contains("hint: If nothing needs it: drop role \"\(role)\";\n"))
            #expect(
                try await fixture.cronRows("select a.rolpassword from pg_authid as a where a.rolname = \(role)")
                    == before
            )
            try await fixture.script("drop owned by \"\(role)\"; drop role \"\(role)\"", in: "postgres")
            try await fixture.setUp()
        }
    }

    @Test("a database whose link's name is another's is refused before that one's password is set")
    func collision() async throws {
        let long = "victim_of_a_collision_of_names_that_are_shortened_by_a_hash"
        try await withDatabases(named: [long]) { fixture in
            try await fixture.setUp()
            let registered: SQL = """
                select w.link_role, a.rolpassword from pg_authid as a
                join cronmill_cron.work_database as w on w.link_role = a.rolname where w.name = \(long)
                """
            let before = try await fixture.cronRows(registered)
            let role = before[0].prefix { $0 != "|" }
            #expect(role.utf8.count == 63 && role.hasPrefix("cronmill link victim_of_a_collision"))
            // A name that needs no shortening, and is what the other's was shortened to.
            let second = String(role.dropFirst("cronmill link ".count))
            try await fixture.script("create database \"\(second)\"", in: "postgres")
            let refused = try await fixture.cronmill(["setup", "--database", second])
            #expect(refused.exitCode == 1)
            #expect(
                refused.errors.contains("cronmill: error: role \"\(role)\" is the link of another database\n"),
                "\(refused.errors)"
            )
            #expect(try await fixture.cronRows(registered) == before)
        }
    }

    @Test("the link goes through no server that somebody else has made in advance, nor by options that are not ours")
    func server() async throws {
        try await withDatabases(2) { fixture in
            let tenant = "\(fixture.runner)_tenant"
            try await fixture.server.makeRole(tenant)
            try await fixture.script(
                "create extension postgres_fdw; grant usage on foreign data wrapper postgres_fdw to \(tenant)"
            )
            let make = """
                create server cronmill foreign data wrapper postgres_fdw
                options (host 'x', port '1', dbname 'x', hostaddr '127.0.0.2')
                """
            let connection = try await fixture.connect(as: tenant)
            try await connection.execute("\(unsafeRaw: make)")
            await connection.close()
            let refused = try await fixture.cronmill(["setup", "--database", fixture.database])
            #expect(
                refused.exitCode == 1
                    && refused.errors.contains("belongs to role \"\(tenant)\""),
                "\(refused.errors)"
            )
            #expect(try await fixture.rows("select count(*) from pg_namespace where nspname ~ '^cronmill'") == ["0"])
            #expect(
                try await fixture.cronRows(
                    "select count(*) from pg_roles where rolname = \("cronmill link \(fixture.database)")"
                ) == ["0"]
            )
            // Of who sets up: what was left of another link.
            try await fixture.script("create extension postgres_fdw; \(make)", in: fixture.databases[1])
            let done = try await fixture.cronmill(["setup", "--database", fixture.databases[1]])
            #expect(done.exitCode == 0, "\(done.errors)")
            let options = try await fixture.rows(
                "select count(*) from pg_foreign_server as s, unnest(s.srvoptions) as o where o ~ 'hostaddr'",
                in: fixture.databases[1]
            )
            #expect(options == ["0"])
        }
    }
}

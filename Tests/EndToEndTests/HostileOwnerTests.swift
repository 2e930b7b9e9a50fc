import Postgres
import PrivateServer
import Testing

/// What the owner of a work database, or a run-as role, tries on whoever administers the cron database.
@Suite("Hostile owners", .timeLimit(.minutes(60)))
struct HostileOwnerTests {
    /// Sets the first database up by an owner without superuser, the registry being a superuser's.
    private func setUpByOwner(_ fixture: Fixture) async throws -> (owner: String, environment: [String: String]) {
        let owner = "\(fixture.runner)_owner"
        try await fixture.server.makeRole(owner, "createrole")
        try await fixture.script(
            """
            create extension postgres_fdw;
            grant usage on foreign data wrapper postgres_fdw to \(owner);
            grant create on database \(fixture.database) to \(owner); grant usage on schema app to \(owner)
            """
        )
        var environment = fixture.server.passwordEnvironment(owner)
        environment["PG_CRON_HOST"] = fixture.server.socketDirectory
        environment["PG_CRON_USER"] = fixture.server.server.superuser
        let setup = try await fixture.cronmill(
            [
                "setup", "--database", fixture.database, "--queue", "work", "--handler", "app.work", "--run-as",
                fixture.runner, "--schedule", Fixture.never, "--link-host", "127.0.0.1", "--enable",
            ],
            environment: environment
        )
        try #require(setup.exitCode == 0, "\(setup.errors)")
        return (owner, environment)
    }

    @Test("what a work database says of roles and of its own name is believed neither by sync nor by --adopt")
    func claims() async throws {
        try await withDatabases(2) { fixture in
            let (mine, theirs) = (fixture.databases[0], fixture.databases[1])
            let (owner, environment) = try await setUpByOwner(fixture)
            _ = try await fixture.cronmill(
                ["setup", "--database", theirs, "--queue", "work", "--handler", "app.work", "--run-as", fixture.runner]
            )
            let before = (try await fixture.jobs(of: mine), try await fixture.jobs(of: theirs))
            let bystander = "\(fixture.runner)_bystander"
            try await fixture.server.makeRole(bystander)
            let connection = try await fixture.server.connectByPassword(mine, as: owner)
            let trigger = { (state: String) in
                try await connection.script("alter table cronmill.processor \(state) trigger user")
            }
            try await trigger("disable")
            try await connection.script("update cronmill.processor set run_as = 'postgres', slots = 2")
            try await trigger("enable")
            for command in [["sync", "--check"], ["sync"]] {
                let found = try await fixture.cronmill(command + ["--database", mine], environment: environment)
                #expect(found.exitCode == 3, "\(found.errors)")
                #expect(
                    found.output.contains(
                        "\(mine): work: the registry does not permit its role postgres; "
                            + "repair: cronmill grant run-as postgres --database \(mine)\n"
                    )
                )
            }
            let changed = try await fixture.cronmill(
                ["configure", "work", "--slots", "3", "--database", mine],
                environment: environment
            )
            #expect(changed.exitCode == 1)
            #expect(
                changed.errors.contains("hint: Permit it with: cronmill grant run-as postgres --database \(mine)\n")
            )
            let permitted: SQL = """
                select a.role_name from cronmill_cron.run_as as a
                join cronmill_cron.work_database as w using (work_database_id) where w.name = \(mine)
                """
            #expect(try await fixture.cronRows(permitted) == [fixture.runner])
            #expect(try await fixture.jobs(of: mine) == before.0)

            // It says that it was the other, and that its link is somebody's role.
            try await connection.script(
                """
                update cronmill.installation
                set database_name = '\(theirs)', database_oid = 1, link_role = '\(bystander)'
                """
            )
            let adopted = try await fixture.cronmill(["sync", "--adopt", "--database", mine], environment: environment)
            #expect(adopted.exitCode == 3, "\(adopted.errors)")
            #expect(adopted.errors.contains("No job of database \"\(mine)\" may run as role \"postgres\" yet"))
            #expect(try await fixture.cronRows(permitted) == [fixture.runner])
            #expect(try await fixture.jobs(of: mine) == before.0)
            #expect(try await fixture.jobs(of: theirs) == before.1)
            #expect(
                try await fixture.cronRows(
                    "select w.link_role from cronmill_cron.work_database as w where w.name in (\(mine), \(theirs)) order by 1"
                ) == ["cronmill link \(mine)", "cronmill link \(theirs)"]
            )
            try await connection.script("update cronmill.installation set link_role = '\(bystander)'")
            await connection.close()
            let removed = try await fixture.cronmill(
                ["remove", "--everything", "--yes", "--database", mine],
                environment: environment
            )
            #expect(removed.exitCode == 0, "\(removed.errors)")
            #expect(try await fixture.cronRows("select to_regrole(\(bystander))") == [bystander])
        }
    }

    @Test("settings of the database itself lead no superuser's session to functions of its owner")
    func databaseSettings() async throws {
        try await withDatabases { fixture in
            let owner = "\(fixture.runner)_owner"
            try await fixture.server.makeRole(owner)
            try await fixture.setUp("--enable")
            try await fixture.enqueue(3)
            try await fixture.script("alter database \(fixture.database) owner to \(owner)", in: "postgres")
            let connection = try await fixture.server.connectByPassword(fixture.database, as: owner)
            var traps = """
                create schema evil; grant usage on schema evil to public;
                create table evil.caught (who text, what text); grant insert on evil.caught to public;
                create function evil.current_database() returns name language plpgsql as
                    $$ begin insert into evil.caught values (current_user, 'database');
                    return pg_catalog.current_database(); end $$;
                create function evil.to_regclass(text) returns regclass language plpgsql as
                    $$ begin insert into evil.caught values (current_user, 'regclass');
                    return pg_catalog.to_regclass($1); end $$;
                create function evil.set_config(text, text, boolean) returns text language plpgsql as
                    $$ begin insert into evil.caught values (current_user, 'set_config'); return $2; end $$;
                """
            for (number, types) in ["text, text", "name, text", "name, name", "oid, oid", "integer, integer"]
                .enumerated()
            {
                let (left, right) = (types.split(separator: ", ")[0], types.split(separator: ", ")[1])
                traps += """
                    create function evil.same\(number)(\(types)) returns boolean language plpgsql as
                        $$ begin insert into evil.caught values (current_user, '= \(types)'); return true; end $$;
                    create operator evil.= (leftarg = \(left), rightarg = \(right), function = evil.same\(number));
                    """
            }
            try await connection.script(traps)
            try await connection.script(
                """
                alter database \(fixture.database) set search_path = evil, pg_catalog
                """
            )
            await connection.close()
            try await fixture.script(
                "alter database \(fixture.database) set cronmill.registry_is_told = 'yes'",
                in: "postgres"
            )
            // The trap is one.
            try await fixture.script("select current_database()")
            #expect(try await fixture.rows("select what from evil.caught") == ["database"])
            try await fixture.script("delete from evil.caught")

            for command in [
                ["status"], ["sync", "--check"], ["check-permissions"], ["tasks"], ["runs"], ["export"],
                ["setup"], ["configure", "work", "--slots", "2"], ["disable"], ["enable"], ["pause"], ["resume"],
                ["setup", "--queue", "second", "--handler", "app.work", "--run-as", fixture.runner],
                ["remove", "second"], ["rotate-password"],
            ] {
                let result = try await fixture.cronmillHere(command)
                // Looking at permissions finds what other tests on this server have broken at the moment.
                let isDone = result.exitCode == 0 || result.exitCode == 3 && command == ["check-permissions"]
                #expect(isDone, "\(command): \(result.output)\(result.errors)")
                #expect(try await fixture.rows("select who, what from evil.caught") == [], "\(command)")
            }
            let script = try await fixture.cronmillHere("configure", "work", "--slots", "3", "--dry-run")
            let psql = try await fixture.server.client(
                "psql",
                ["-X", "-q", "-f", "-"],
                input: Array(script.output.utf8)
            )
            #expect(psql.exitCode == 0, "\(psql.errors)")
            #expect(try await fixture.rows("select who, what from evil.caught") == [])
            #expect(try await fixture.jobs().count == 3)
            // The superuser's change is told, whatever the database says of it.
            try await fixture.script("update cronmill.processor set slots = 1")
            #expect(try await fixture.jobs().count == 1)
        }
    }

    /// Casts of a type of `app.jobs`, and a trigger to be made by whoever owns the table, note as whom they run.
    private func layTraps(_ fixture: Fixture) async throws {
        try await fixture.makeJobs(3)
        try await fixture.script(
            """
            create schema evil; grant usage on schema evil to public;
            create table evil.caught (who text, what text); grant insert on evil.caught to public;
            create type app.kind as enum ('a', 'b');
            create function evil.to_text(app.kind) returns text language plpgsql as
                $$ begin insert into evil.caught values (current_user, 'text'); return 'a'; end $$;
            create function evil.to_json(app.kind) returns json language plpgsql as
                $$ begin insert into evil.caught values (current_user, 'json'); return '"a"'; end $$;
            create function evil.on_delete() returns trigger language plpgsql as
                $$ begin insert into evil.caught values (current_user, 'delete'); return old; end $$;
            create cast (app.kind as text) with function evil.to_text(app.kind);
            create cast (app.kind as json) with function evil.to_json(app.kind);
            alter table app.jobs add kind app.kind default 'a', add kinds app.kind[];
            """
        )
    }

    @Test("a table is not taken over by a superuser whose rights its owner, or its schema's or a type's, would gain")
    func takenTables() async throws {
        try await withDatabases { fixture in
            let (thief, superuser) = ("\(fixture.runner)_thief", fixture.server.server.superuser)
            try await fixture.server.makeRole(thief)
            try await layTraps(fixture)
            let arguments = [
                "migrate", "takeover", "--database", fixture.database, "--table", "app.jobs", "--payload-row", "--only",
                "kind=a", "--queue", "work", "--handler", "app.work", "--run-as", fixture.runner, "--schedule",
                Fixture.never,
            ]
            for (object, title) in [
                ("table app.jobs", "table app.jobs"), ("schema app", "schema app of table app.jobs"),
                ("type app.kind", "type app.kind of table app.jobs"),
            ] {
                try await fixture.script("alter \(object) owner to \(thief)")
                let refused = try await fixture.cronmill(arguments)
                #expect(refused.exitCode == 1)
                #expect(
                    refused.errors.contains("error: \(title) belongs to role \"\(thief)\"\n"),
                    "\(refused.errors)"
                )
                #expect(refused.errors.contains("alter \(object) owner to \(superuser);\n"), "\(refused.errors)")
                try await fixture.script("insert into app.jobs (prio) values (1)")
                #expect(try await fixture.rows("select who, what from evil.caught") == [], "\(object)")
                try await fixture.script("alter \(object) owner to \(superuser)")
            }
            try await fixture.script("grant all on app.jobs to \(thief)")
            let granted = try await fixture.cronmill(arguments)
            #expect(granted.exitCode == 1)
            #expect(
                granted.errors == """
                    cronmill: error: role "\(thief)" may put triggers on table app.jobs
                    cronmill: detail: Its rows are moved as role "\(superuser)", and so would be what those triggers do.
                    cronmill: hint: revoke trigger on app.jobs from \(thief);

                    """
            )
            try await fixture.script(
                "revoke trigger, references on app.jobs from \(thief); grant trigger on app.jobs to public"
            )
            let everybody = try await fixture.cronmill(arguments)
            #expect(everybody.errors.contains("error: everybody may put triggers on table app.jobs\n"))
            #expect(everybody.errors.contains("hint: revoke trigger on app.jobs from public;\n"))
            try await fixture.script("revoke trigger on app.jobs from public")
            // Who may become the superuser gains nothing.
            try await fixture.script("alter table app.jobs owner to \(thief); grant \(superuser) to \(thief)")
            let taken = try await fixture.cronmill(arguments)
            #expect(taken.exitCode == 0, "\(taken.errors)")
            try await fixture.script("insert into app.jobs (prio) values (1)")
            // The traps are some.
            #expect(
                try await fixture.rows("select distinct who, what from evil.caught order by what")
                    == ["\(superuser)|json", "\(superuser)|text"]
            )
            // Given away since, it is not given back by the superuser.
            try await fixture.script("revoke \(superuser) from \(thief); delete from evil.caught")
            let undo = ["migrate", "takeover", "--database", fixture.database, "--table", "app.jobs", "--undo"]
            let undone = try await fixture.cronmill(undo)
            #expect(undone.exitCode == 1)
            #expect(undone.errors.contains("table app.jobs belongs to role \"\(thief)\""), "\(undone.errors)")
            try await fixture.script("insert into app.jobs (prio) values (1)")
            #expect(try await fixture.rows("select who, what from evil.caught") == [])
            try await fixture.script("alter table app.jobs owner to \(superuser)")
            #expect(try await fixture.cronmill(undo).exitCode == 0)
            #expect(try await fixture.rows("select count(*) from app.jobs") == ["8"])
        }
    }

    @Test("of a table that its owner has taken over nothing runs as a superuser who inserts into it")
    func takenByOwner() async throws {
        try await withDatabases { fixture in
            let (owner, environment) = try await setUpByOwner(fixture)
            try await layTraps(fixture)
            try await fixture.script(
                """
                alter table app.jobs owner to \(owner); alter type app.kind owner to \(owner);
                grant usage on sequence app.n to \(owner)
                """
            )
            let taken = try await fixture.cronmill(
                [
                    "migrate", "takeover", "--database", fixture.database, "--table", "app.jobs", "--payload-row",
                    "--only",
                    "kind=a", "--queue", "work",
                ],
                environment: environment
            )
            #expect(taken.exitCode == 0, "\(taken.errors)")
            let connection = try await fixture.server.connectByPassword(fixture.database, as: owner)
            try await connection.script(
                """
                create trigger caught before delete on app.jobs for each row execute function evil.on_delete()
                """
            )
            await connection.close()
            try await fixture.script("insert into app.jobs (prio) values (1), (2)")
            #expect(try await fixture.rows("select count(*) from cronmill.task") == ["5"])
            #expect(
                try await fixture.rows("select distinct who, what from evil.caught order by what")
                    == ["\(owner)|delete", "\(owner)|json", "\(owner)|text"]
            )
        }
    }

    @Test("a slash in a name makes no job that is another database's")
    func slashes() async throws {
        try await withDatabases(named: ["sl", "sl/a"]) { fixture in
            for (database, processor) in [("sl", "a/b"), ("sl/a", "b")] {
                let setup = try await fixture.cronmill([
                    "setup", "--database", database, "--queue", processor, "--handler", "app.work", "--run-as",
                    fixture.runner, "--schedule", Fixture.never,
                ])
                #expect(setup.exitCode == 0, "\(setup.errors)")
            }
            #expect(try await fixture.jobs(of: "sl").count == 1)
            #expect(try await fixture.jobs(of: "sl/a").count == 1)
        }
    }
}

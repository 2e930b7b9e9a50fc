import Postgres
import Testing

/// What `grant` gives and `revoke` takes back, each tried logged in as the role, by password over 127.0.0.1.
@Suite("Roles", .timeLimit(.minutes(60)))
struct RoleTests {
    @Test("a producer may enqueue to the queues it was granted, by any way, and to no other")
    func producer() async throws {
        try await withDatabases { fixture in
            let role = "\(fixture.runner)_app"
            try await fixture.server.makeRole(role)
            try await fixture.setUp()
            try await fixture.script("insert into cronmill.queue (name) values ('other')")
            let grant = try await fixture.cronmillHere("grant", "producer", role, "--queue", "work")
            #expect(grant.errors == "\(fixture.database): let role \(role) enqueue to queue work\n")
            let again = try await fixture.cronmillHere("grant", "producer", role, "--queue", "work")
            #expect(again.errors == "\(fixture.database): nothing to change\n")

            let app = try await fixture.server.connectByPassword(fixture.database, as: role)
            try await app.execute("select cronmill.enqueue('work', '{\"n\": 1}')")
            try await app.execute("select cronmill.enqueue_many('work', array['{\"n\": 2}', '{\"n\": 3}']::jsonb[])")
            let lines = try await fixture.cronmill(
                ["enqueue", "--database", fixture.database, "--queue", "work", "-"],
                environment: fixture.server.passwordEnvironment(role),
                input: Array("{\"n\": 4}\n".utf8)
            )
            #expect(lines.exitCode == 0, "\(lines.errors)")
            #expect(try await fixture.rows("select count(*) from cronmill.task") == ["4"])

            for statement in ["select cronmill.enqueue('other', '{}')", "select cronmill.enqueue_many('other', '{}')"] {
                let refused = try await expectedError { try await app.execute(SQL(unsafeRaw: statement)) }
                #expect(refused.sqlState == "MC003")
                #expect(refused.message == "role \"\(role)\" may not enqueue to queue \"other\"")
                #expect(
                    refused.hint
                        == "Have it granted: cronmill grant producer \(role) --queue other --database \(fixture.database)"
                )
            }
            let revoke = try await fixture.cronmillHere("revoke", "producer", role)
            #expect(revoke.errors == "\(fixture.database): let role \(role) no longer enqueue to queue work\n")
            let gone = try await expectedError { try await app.execute("select cronmill.enqueue('work', '{}')") }
            #expect(gone.sqlState == .insufficientPrivilege)
            #expect(
                try await fixture.rows("select role_name from cronmill.granted_privileges() where role_name = \(role)")
                    == []
            )
            let nothing = try await fixture.cronmillHere("revoke", "producer", role)
            #expect(nothing.errors == "\(fixture.database): nothing to change\n")
            await app.close()
        }
    }

    @Test(
        "a member of a producer may enqueue, leave to execute the function alone does not do, and the owner always may"
    )
    func membership() async throws {
        try await withDatabases { fixture in
            let (group, member, plain) = (
                "\(fixture.runner)_group", "\(fixture.runner)_member", "\(fixture.runner)_plain"
            )
            try await fixture.script("create role \(group)")
            try await fixture.server.makeRole(member, "in role \(group)")
            try await fixture.server.makeRole(plain)
            try await fixture.setUp()
            _ = try await fixture.cronmillHere("grant", "producer", group, "--queue", "work")
            let joined = try await fixture.server.connectByPassword(fixture.database, as: member)
            try await joined.execute("select cronmill.enqueue('work', '{\"n\": 1}')")
            await joined.close()

            try await fixture.script(
                "grant usage on schema cronmill to \(plain); grant execute on function cronmill.enqueue to \(plain)"
            )
            let alone = try await fixture.server.connectByPassword(fixture.database, as: plain)
            let refused = try await expectedError { try await alone.execute("select cronmill.enqueue('work', '{}')") }
            #expect(refused.sqlState == "MC003")
            #expect(
                refused.detail
                    == "Who may enqueue is told queue by queue; leave to execute the function is not enough."
            )
            await alone.close()
            try await fixture.enqueue(1)
            #expect(try await fixture.rows("select count(*) from cronmill.task") == ["2"])
            // What was given otherwise is not taken by a revoke.
            _ = try await fixture.cronmillHere("grant", "monitor", plain)
            _ = try await fixture.cronmillHere("revoke", "monitor", plain)
            #expect(
                try await fixture.rows(
                    "select routine::regproc from cronmill.granted_privileges() where role_name = \(plain) and privilege = 'execute'"
                ) == ["cronmill.enqueue"]
            )
        }
    }

    @Test("an operator enables, pauses, resumes, configures and disables, by the command line and by SQL, and no more")
    func operators() async throws {
        try await withDatabases { fixture in
            let role = "\(fixture.runner)_op"
            try await fixture.server.makeRole(role)
            try await fixture.setUp()
            let grant = try await fixture.cronmillHere("grant", "operator", role)
            #expect(
                grant.errors == """
                    \(fixture.database): make role \(role) an operator
                    postgres: let role \(role) see the jobs and runs of database \(fixture.database)

                    """
            )
            let environment = fixture.server.passwordEnvironment(role)
            let here = ["--database", fixture.database]
            for arguments in [
                ["enable"], ["pause", "work"], ["resume", "work"],
                ["configure", "work", "--slots", "3", "--timeout", "1m", "--max-attempts", "2"], ["disable"],
                ["status"], ["runs"], ["stats"],
            ] {
                let result = try await fixture.cronmill(arguments + here, environment: environment)
                #expect(result.exitCode == 0, "\(arguments): \(result.errors)")
            }
            #expect(try await fixture.jobs().count == 3)
            let connection = try await fixture.server.connectByPassword(fixture.database, as: role)
            try await connection.execute("update cronmill.processor set slots = 2, backoff_base = '1 second'")
            #expect(try await fixture.jobs().count == 2)

            let forbidden: [SQL] = [
                "update cronmill.processor set run_as = 'postgres'",
                "update cronmill.processor set handler = 'pg_catalog.pg_sleep(jsonb)'",
                "update cronmill.processor set handler_search_path = 'evil'",
                "update cronmill.processor set name = 'x'", "delete from cronmill.processor",
                "insert into cronmill.queue (name) values ('mine')", "delete from cronmill.task",
                "select cronmill.grant_part(current_user::text, 'producer', 'work')",
                "select cronmill.enqueue('work', '{}')", "select 1 from cronmill.registry",
                "create function cronmill.mine() returns int language sql return 1",
                "call cronmill_processor.work(1)",
            ]
            for statement in forbidden {
                let error = try await expectedError { try await connection.execute(statement) }
                #expect(error.sqlState == .insufficientPrivilege, "\(statement.text): \(error.message)")
            }
            await connection.close()
            let revoke = try await fixture.cronmillHere("revoke", "operator", role)
            #expect(revoke.exitCode == 0, "\(revoke.errors)")
            try await fixture.script("drop role \(role)")
        }
    }

    @Test("a monitor sees status and runs of its database and no other's, no payload, and changes nothing")
    func monitors() async throws {
        try await withDatabases(2) { fixture in
            let (mine, theirs) = (fixture.databases[0], fixture.databases[1])
            let role = "\(fixture.runner)_mon"
            try await fixture.server.makeRole(role)
            try await awayFromFullMinute()
            try await fixture.setUp(schedule: nil, "--enable", "--linger", "0")
            _ = try await fixture.cronmill(["grant", "monitor", role, "--database", mine])
            try await eventually("both databases have a run") {
                try await fixture.cronRows(
                    """
                    select distinct j.database_name from cronmill_cron.history(100, null, \(fixture.databases), null) as j
                    """
                ).count == 2
            }
            let environment = fixture.server.passwordEnvironment(role)
            let status = try await fixture.cronmill(["status", "--all"], environment: environment)
            #expect(status.errors == "")
            let headings = status.output.split(separator: "\n").dropFirst().filter { !$0.hasPrefix(" ") }
            #expect(headings.first == mine[...])
            #expect(headings.dropFirst().allSatisfy { $0.hasPrefix("Due in ") })
            let runs = try await fixture.cronmill(["runs", "--all"], environment: environment)
            #expect(!runs.output.isEmpty && !runs.output.contains(theirs) && !runs.output.contains("watch"))
            let other = try await fixture.cronmill(["runs", "--database", theirs], environment: environment)
            #expect(
                other.errors == """
                    cronmill: error: runs of database "\(theirs)" are not visible to role "\(role)"
                    cronmill: hint: Ask who did the set-up for: cronmill grant monitor \(role) --database \(theirs)

                    """
            )
            let stats = try await fixture.cronmill(["stats", "--all"], environment: environment)
            #expect(stats.output.contains(mine) && !stats.output.contains(theirs) && !stats.output.contains("watch"))
            let everything = try await fixture.cronmill(["runs", "--all-jobs"], environment: environment)
            #expect(
                everything.errors == """
                    cronmill: error: runs of other jobs are visible to members of the registry's owner only
                    cronmill: detail: Role "\(role)" is no member of role "postgres". (in database "postgres", SQLSTATE MC003)

                    """
            )
            #expect((everything.output, everything.exitCode) == ("", 1))
            let cron = try await fixture.server.connectByPassword("postgres", as: role)
            for function in [
                "history(100, null, null, null)", "processor_jobs(null)",
                "run_statistics(now() - interval '1h', now(), null, null, true)",
            ] {
                let seen = try await cron.query(
                    "select distinct f.database_name from cronmill_cron.\(unsafeRaw: function) as f"
                )
                #expect(seen.map { $0["database_name"] } == [mine])
            }
            for statement in [
                "select 1 from cron.job", "select 1 from cron.job_run_details", "select 1 from cronmill_cron.job",
                "select 1 from cronmill_cron.visible_jobs()", "select 1 from cronmill_cron.processor",
                "select 1 from cronmill_cron.visible_runs(0, 1000000)",
                "select 1 from cronmill_cron.role_runs(null, null)",
                "select 1 from cronmill_cron.known_jobs()", "select cronmill_cron.runid_at(now())",
                "select cronmill_cron.grant_part('\(theirs)', current_user::text, 'monitor')",
            ] {
                let error = try await expectedError { try await cron.execute(SQL(unsafeRaw: statement)) }
                #expect(error.sqlState == .insufficientPrivilege, "\(statement): \(error.message)")
            }
            await cron.close()
            let work = try await fixture.server.connectByPassword(mine, as: role)
            try await work.execute("select task_id, error_message from cronmill.task")
            try await work.execute("select task_id, error_message from cronmill.dead_task")
            for statement in [
                "select payload from cronmill.task", "select payload from cronmill.dead_task",
                "select error_detail from cronmill.dead_task", "update cronmill.processor set paused = true",
                "select cronmill.enqueue('work', '{}')", "select 1 from cronmill.registry",
            ] {
                let error = try await expectedError { try await work.execute(SQL(unsafeRaw: statement)) }
                #expect(error.sqlState == .insufficientPrivilege, "\(statement): \(error.message)")
            }
            await work.close()
        }
    }

    @Test("a role without a part is told which grant it lacks")
    func strangers() async throws {
        try await withDatabases { fixture in
            let role = "\(fixture.runner)_none"
            try await fixture.server.makeRole(role)
            try await fixture.setUp()
            for (arguments, part) in [
                (["status"], "monitor \(role)"), (["runs"], "monitor \(role)"), (["stats"], "monitor \(role)"),
                (["server"], "monitor \(role)"),
                (["enable"], "operator \(role)"),
                (["disable"], "operator \(role)"), (["configure", "work", "--slots", "2"], "operator \(role)"),
                (["enqueue", "--queue", "work", "--payload", "{}"], "producer \(role) --queue work"),
            ] {
                let result = try await fixture.cronmill(
                    arguments + ["--database", fixture.database],
                    environment: fixture.server.passwordEnvironment(role)
                )
                #expect(result.exitCode == 1)
                #expect(
                    result.errors.contains(
                        "hint: Ask who did the set-up for: cronmill grant \(part) --database \(fixture.database)\n"
                    ),
                    "\(arguments): \(result.errors)"
                )
            }
        }
    }

    @Test("a run-as role cannot be dropped while it is permitted, nor revoked while a processor runs as it")
    func runAs() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let role = "\(fixture.runner)_b"
            try await fixture.script("create role \(role) login")
            _ = try await fixture.cronmillHere("grant", "run-as", role)
            let kept = try await expectedError { try await fixture.script("drop role \(role)", in: "postgres") }
            #expect(kept.sqlState == "2BP01")
            _ = try await fixture.cronmillHere("revoke", "run-as", role)
            try await fixture.script("drop role \(role)", in: "postgres")
            let used = try await fixture.cronmillHere("revoke", "run-as", fixture.runner)
            #expect(used.exitCode == 1)
            #expect(
                used.errors.contains(
                    "processors of database \"\(fixture.database)\" run as role \"\(fixture.runner)\": work"
                )
            )
        }
    }

    @Test("a set-up that makes functions anew gives back the privileges that went with the old ones")
    func renewal() async throws {
        try await withDatabases { fixture in
            let role = "\(fixture.runner)_app"
            try await fixture.script("create role \(role) login")
            try await fixture.setUp()
            for part in [["producer", role, "--queue", "work"], ["operator", role]] {
                let result = try await fixture.cronmillHere(["grant"] + part)
                #expect(result.exitCode == 0, "\(result.errors)")
            }
            let query: SQL = "select g.role_name, g.target from cronmill.granted_privileges() as g order by 1, 2"
            let before = try await fixture.rows(query)
            try await fixture.script(
                """
                drop function cronmill.enqueue_many; drop function cronmill.end_run;
                revoke select on cronmill.processor_status from \(role)
                """
            )
            try await fixture.setUp()
            #expect(try await fixture.rows(query) == before)
        }
    }

    @Test("grants of several roles at once all arrive, whatever the names are")
    func atOnce() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp(queue: "it's \"a\" queue")
            let roles = (1...4).map { "O'\(fixture.runner) \"\($0)\" %I \\ $x$" }
            for role in roles { try await fixture.server.makeRole(role) }
            let database = fixture.database
            try await withThrowingTaskGroup(of: ProgramResult.self) { group in
                for role in roles {
                    group.addTask {
                        try await fixture.cronmill([
                            "grant", "producer", role, "--queue", "it's \"a\" queue", "--database", database,
                        ])
                    }
                    group.addTask { try await fixture.cronmill(["grant", "operator", role, "--database", database]) }
                }
                for try await result in group { #expect(result.exitCode == 0, "\(result.errors)") }
            }
            for role in roles {
                let connection = try await fixture.server.connectByPassword(database, as: role)
                try await connection.execute("select cronmill.enqueue(\("it's \"a\" queue"), '{}')")
                try await connection.execute("select 1 from cronmill.processor_status")
                await connection.close()
            }
            let check = try await fixture.cronmillHere("check-permissions")
            #expect(!check.output.contains(": \(database):"), "\(check.output)")
        }
    }
}

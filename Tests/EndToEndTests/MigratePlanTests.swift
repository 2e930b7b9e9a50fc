import FoundationEssentials
import Postgres
import PrivateServer
import Testing

/// What is said of a move before it is made, what is refused, and moves out of a database of pg_cron's own.
@Suite("Migrate: plan, refusals, way back", .timeLimit(.minutes(60)))
struct MigratePlanTests {
    @Test("plan says of every job what becomes of it, and what to know; it changes nothing")
    func plan() async throws {
        try await MoveFixture.with(schedule: MoveFixture.rare) { fixture in
            try await fixture.script(
                """
                select cron.schedule('purge', '@reboot', 'delete from cron.job_run_details; select 1');
                create view app.jobs as select count(*) from cron.job;
                """,
                in: "shop"
            )
            let jobs = try await fixture.jobs(in: "shop")
            let watched = try await ServerAbilities(of: TestServer.shared()).hasSeconds ? "5 seconds" : "* * * * *"
            let result = try await fixture.migrate("plan")
            #expect(result.exitCode == 0)
            #expect(result.errors == "")
            let lines = result.output.split(separator: "\n").map(String.init)
            let table = lines.prefix { !$0.contains("move from database") }.dropFirst().map { line in
                line.split(separator: " ").dropFirst().joined(separator: " ")
            }
            #expect(
                lines[0].split(separator: " ").joined(separator: " ") == "JOB NAME ROLE SCHEDULE ACTIVE COMMAND BECOMES"
            )
            #expect(
                table == [
                    "cronmill watch postgres \(watched) yes call cronmill_cron.watch() runs in postgres",
                    "cronmill house postgres * * * * * yes call cronmill_cron.house() runs in postgres",
                    "cronmill shop/work#1 runner 0 0 1 1 * yes call cronmill_processor.work(1) runs in shop, as now",
                    "cronmill shop/work#2 runner 0 0 1 1 * yes call cronmill_processor.work(2) runs in shop, as now",
                    "cronmill analytics/work#1 runner 0 0 1 1 * yes call cronmill_processor.work(1) runs in analytics, as now",
                    "cronmill analytics/work#2 runner 0 0 1 1 * yes call cronmill_processor.work(2) runs in analytics, as now",
                    "idle ann 0 0 1 1 * no insert into app.note (job) values ('idle') stays inactive",
                    "quoted bob 0 0 1 1 * yes insert into app.note (job) values ('it''s\\nbob''s') runs in analytics, as now",
                    "failing ann 0 0 1 1 * yes select 1 / 0 runs in shop, as now",
                    "slow carl 0 0 1 1 * yes insert into app.note (job) select 'slow' from pg_sleep(20) runs in shop, as now",
                    "- bob 0 0 1 1 * yes insert into app.note (job) values ('unnamed') runs in shop, as now",
                    "purge postgres @reboot yes delete from cron.job_run_details; select 1 runs in shop, as now",
                ]
            )
            // Numbers are also taken by what a set-up tries out.
            let purge = try await fixture.rows("select jobid from cron.job where jobname = 'purge'", in: "shop")[0]
            let rest = lines.dropFirst(table.count + 1).map(Self.masked)
            #expect(
                rest == [
                    "12 jobs move from database shop to database postgres.",
                    "pause: runs that go are waited for, at least 3 s; then the restart, and about a second",
                    "run history: N rows, N kB, carried over while jobs run again",
                    "job \(purge) is several statements: with background workers later ones do not see what earlier ones did",
                    "job \(purge) names pg_cron's schema in its command: that stays behind, and is dropped by finish; "
                        + "afterwards: select cron.alter_job(\(purge), database := '...')",
                    "job \(purge) runs at a start of the server: not at the one of the move, but at the next",
                    "views of database \"shop\" read pg_cron's tables, which end there: app.jobs; drop them before finish",
                    "cron.database_name is set from shop to postgres by ALTER SYSTEM; the server has to be restarted",
                    "what was granted on pg_cron, policies and indexes on its tables go along",
                    "until finish, rollback restores database shop as it is now, by another restart; jobs that are made "
                        + "meanwhile and the run history are taken along, changes of jobs that were moved are not",
                    "after finish there is no way back but a move in the other direction",
                    "work databases are led to the registry in database postgres, by links with new passwords: analytics, shop",
                    "settings of processors cannot be changed between the first step and the last; enqueueing goes on",
                ]
            )
            let json = try await fixture.migrate("plan", "--json")
            let preview = try JSONDecoder().decode(Preview.self, from: Data(json.output.utf8))
            #expect(preview.jobs.count == 12)
            #expect(preview.jobs.first { $0.name == "quoted" }?.command == MoveFixture.quoted)
            #expect(preview.obstacles.isEmpty && preview.nothing_to_move == nil && preview.history_rows >= 10_000)
            let dry = try await fixture.migrate("apply", "--dry-run")
            #expect(dry.exitCode == 0)
            let dryLines: [String] = dry.output.split(separator: "\n").map(String.init)
            #expect(dryLines.map(Self.masked) == lines.map(Self.masked))
            #expect(try await fixture.jobs(in: "shop") == jobs)
            #expect(try await fixture.rows("select to_regnamespace('cronmill_migration')", in: "shop") == ["-"])
        }
    }

    /// A line without what the housekeeper makes of it at this moment.
    private static func masked(_ line: String) -> String {
        line.replacing(#/ \(now \d+ runs?, the oldest for [^)]+\)/#, with: "")
            .replacing(#/^run history: [\d,]+ rows, [\d,]+ kB/#, with: "run history: N rows, N kB")
    }

    private struct Preview: Decodable {
        struct Job: Decodable {
            var jobid: Int
            var name: String?
            var command: String
        }
        struct Obstacle: Decodable {
            var text: String
        }
        var jobs: [Job]
        var obstacles: [Obstacle]
        var nothing_to_move: String?
        var history_rows: Int
    }

    @Test("what is in the way is said with its remedy, by plan and by apply, and nothing is begun")
    func obstacles() async throws {
        try await MoveFixture.with(schedule: MoveFixture.rare) { fixture in
            let nothing = try await fixture.migrate("plan", from: "postgres", to: "shop")
            #expect(
                nothing
                    == ProgramResult(
                        output: "nothing to move: pg_cron is in database \"shop\" already\n",
                        errors: "",
                        exitCode: 0
                    )
            )
            let third = try await fixture.migrate("plan", from: "analytics", to: "postgres")
            #expect(
                third.errors == """
                    cronmill: error: pg_cron is configured for database "shop", not "analytics"
                    cronmill: hint: Name it: --from shop

                    """
            )
            #expect(third.exitCode == 1)
            let same = try await fixture.migrate("plan", to: "shop")
            #expect(same.exitCode == 64)
            let missing = try await fixture.migrate("plan", to: "nowhere")
            #expect(missing.exitCode == 2)
            let without = try await fixture.migrate("rollback")
            #expect(
                without.errors == """
                    cronmill: error: there is no move from database "shop" to database "postgres" to roll back
                    cronmill: detail: None was begun, or it was finished.
                    cronmill: hint: To move back: cronmill migrate plan --from postgres --to shop

                    """
            )
            let early = try await fixture.migrate("finish", "--yes")
            #expect(early.errors.hasPrefix("cronmill: error: there is no move from database"))

            try await fixture.script("create role app_owner login; grant usage on schema cron to app_owner", in: "shop")
            let poor = try await fixture.server.cronmill(
                ["migrate", "plan", "--from", "shop", "--to", "postgres", "--user", "app_owner"]
            )
            #expect(poor.exitCode == 3)
            #expect(
                poor.output.contains(
                    """
                    in the way: role "app_owner" is not a superuser, and so may see and move its own jobs only
                      in database shop: alter role app_owner superuser; -- or by hand, as cronmill migrate plan --sql says

                    """
                ),
                "\(poor.output)"
            )
            let refused = try await fixture.server.cronmill(fixture.arguments("apply") + ["--user", "app_owner"])
            #expect(refused.exitCode == 1)
            #expect(
                refused.errors == """
                    cronmill: error: role "app_owner" is not a superuser, and so may see and move its own jobs only
                    cronmill: hint: In database shop, as a superuser: alter role app_owner superuser; \
                    -- or by hand, as cronmill migrate plan --sql says

                    """
            )

            try await fixture.script(
                "create role gone login; select cron.schedule_in_database('ghost', '\(MoveFixture.rare)', 'select 1', 'shop', 'gone');"
                    + "drop role gone",
                in: "shop"
            )
            try await fixture.script("create schema cronmill_cron", in: "postgres")
            let jobs = try await fixture.jobs(in: "shop")
            try await fixture.server.hba(["local all all trust", "host all \"cronmill link analytics\" all reject"])
            let plan = try await fixture.migrate("plan")
            #expect(plan.exitCode == 3)
            let ghost = try await fixture.rows("select jobid from cron.job where jobname = 'ghost'", in: "shop")[0]
            #expect(
                plan.output.hasSuffix(
                    """
                    in the way: job \(ghost) belongs to role "gone", which does not exist: pg_cron runs no job of anybody
                      in database shop: select cron.unschedule(\(ghost));
                    in the way: database "postgres" has a registry of Cronmill already
                      in database postgres: drop schema cronmill_cron cascade;

                    """
                ),
                "\(plan.output)"
            )
            let apply = try await fixture.migrate("apply")
            #expect(apply.exitCode == 1)
            let refusal = "cronmill: error: job \(ghost) belongs to role \"gone\", which does not exist"
            #expect(apply.errors.hasPrefix(refusal))
            #expect(try await fixture.jobs(in: "shop") == jobs)
        }
    }

    @Test(
        "nothing of whoever owns the new database is called by a superuser: what would be is in the way, or stays behind"
    )
    func othersPlace() async throws {
        try await MoveFixture.with(schedule: MoveFixture.rare) { fixture in
            try await fixture.script(
                """
                create function public.day_of(timestamptz) returns date language sql immutable as 'select date ''2026-01-01''';
                create function public.may_see(text) returns boolean language sql stable as 'select true';
                create index by_day on cron.job_run_details (public.day_of(start_time));
                create index by_end on cron.job_run_details (end_time);
                create policy sees on cron.job for select to carl using (public.may_see(username))
                """,
                in: "shop"
            )
            try await fixture.script("create role tenant login", in: "postgres")
            try await fixture.script("create database theirs owner tenant", in: "postgres")
            let trap = """
                create table public.caught (by text); grant insert on public.caught to public;
                create function public.day_of(timestamptz) returns date language plpgsql immutable as
                    $$ begin perform public.note(); return null; end $$;
                create function public.note() returns void language sql as 'insert into public.caught values (current_user)';
                create function public.may_see(text) returns boolean language plpgsql stable as
                    $$ begin perform public.note(); return true; end $$
                """
            try await fixture.script(trap, in: "theirs")
            try await fixture.script(trap, in: "postgres")
            try await fixture.script("create schema cron authorization tenant", in: "theirs")
            let theirs = try await fixture.migrate("plan", to: "theirs")
            #expect(theirs.exitCode == 3)
            for line in [
                "in the way: database \"theirs\" belongs to role \"tenant\", and pg_cron works there as a superuser, by names and "
                    + "settings that the owner chooses\n  in database theirs: alter database theirs owner to postgres;\n",
                "in the way: database \"theirs\" has a schema cron already, whose it may be\n"
                    + "  in database theirs: drop schema cron cascade;\n",
            ] {
                #expect(theirs.output.contains(line), "\(theirs.output)")
            }
            #expect(try await fixture.migrate("apply", to: "theirs").exitCode == 1)

            let plan = try await fixture.migrate("plan")
            #expect(plan.exitCode == 0, "\(plan.output)")
            for line in [
                "this uses function public.day_of(timestamp with time zone), and does not go along, because what has that name in database "
                    + "\"postgres\" may be another's: CREATE INDEX by_day ON cron.job_run_details USING btree "
                    + "(public.day_of(start_time))\n",
                "this uses function public.may_see(text), and does not go along, because what has that name in database \"postgres\" may be "
                    + "another's: create policy sees on cron.job as PERMISSIVE for SELECT to carl using (public.may_see(username))\n",
            ] {
                #expect(plan.output.contains(line), "\(plan.output)")
            }
            let script = try await fixture.migrate("plan", "--sql")
            #expect(script.output.contains("\n\\set ON_ERROR_STOP on\n"), "\(script.output)")
            let moved = try await fixture.migrate("apply")
            #expect(moved.exitCode == 0, "\(moved.errors)")
            #expect(
                try await fixture.rows(
                    "select i.indexname from pg_indexes as i where i.schemaname = 'cron' and i.indexname in ('by_day', 'by_end', 'run_start') order by 1",
                    in: "postgres"
                ) == ["by_end", "run_start"]
            )
            #expect(try await fixture.rows("select count(*) from public.caught", in: "postgres") == ["0"])
        }
    }

    @Test(
        "a rollback takes along a job made under a name that is taken, without it, and restores one that pg_cron would refuse"
    )
    func rollbackOfOddJobs() async throws {
        try await MoveFixture.with(schedule: MoveFixture.rare) { fixture in
            try await fixture.script(
                """
                grant usage on schema cron to ann;
                insert into cron.job (schedule, command, nodename, nodeport, database, username, active, jobname)
                values ('61 * * * *', 'select 1', 'localhost', 5432, 'shop', 'ann', true, 'never made by pg_cron')
                """,
                in: "shop"
            )
            let jobs = try await fixture.jobs(in: "shop")
            let moved = try await fixture.migrate("apply")
            #expect(moved.exitCode == 0, "\(moved.errors)")
            let ann = try await fixture.server.connect("postgres", as: "ann")
            try await ann.execute("select cron.unschedule('failing')")
            try await ann.execute("select cron.schedule('failing', '0 0 2 1 *', 'select 2')")
            try await ann.execute("select cron.schedule('mine', '0 0 3 1 *', 'select 3')")
            await ann.close()
            let back = try await fixture.migrate("rollback")
            #expect(back.exitCode == 0, "\(back.errors)")
            #expect(
                back.errors.contains(
                    "was made in database \"postgres\" under the name \"failing\", which is that of a job here"
                ),
                "\(back.errors)"
            )
            let all = try await fixture.jobs(in: "shop")
            #expect(Set(jobs).subtracting(all) == [])
            #expect(
                try await fixture.rows(
                    """
                    select j.schedule, j.command, j.username, j.active, j.jobname from cron.job as j
                    where j.command in ('select 2', 'select 3') order by 1
                    """,
                    in: "shop"
                ) == ["0 0 2 1 *|select 2|ann|f|-", "0 0 3 1 *|select 3|ann|t|mine"]
            )
        }
    }

    @Test(
        "while it moves nobody makes a job by the name of a probe; who has pg_cron's tables locked is named after ten seconds"
    )
    func heldUp() async throws {
        try await MoveFixture.with(schedule: MoveFixture.rare) { fixture in
            try await fixture.script("grant usage on schema cron to ann", in: "shop")
            let reader = try await fixture.server.connect("shop", as: "ann")
            try await reader.script("begin; lock table cron.job_run_details in access exclusive mode")
            let held = try await fixture.migrate("apply")
            #expect(held.exitCode == 1)
            #expect(
                held.errors.contains("pg_cron's tables in database \"shop\" are locked by somebody: server process "),
                "\(held.errors)"
            )
            #expect(held.errors.contains("of role \"ann\""), "\(held.errors)")
            try await reader.script("rollback")
            let gate = try await StepGate.install(fixture)
            try await gate.kill(fixture.arguments("apply"), at: "drain ends")
            let probe = try await expectedError {
                try await reader.execute("select cron.schedule('cronmill probe', '* * * * *', 'select 1')")
            }
            #expect(probe.sqlState == "MC019")
            await reader.close()
            let moved = try await fixture.migrate("apply")
            #expect(moved.exitCode == 0, "\(moved.errors)")
        }
    }

    @Test("a function that is told of alarms has to be in the new database, too, and of the same owner")
    func alarmFunction() async throws {
        try await MoveFixture.with(schedule: MoveFixture.rare) { fixture in
            let function = """
                create schema ops; create function ops.tell(jsonb) returns void language sql as '';
                alter function ops.tell(jsonb) owner to ann; grant usage on schema ops to ann;
                """
            try await fixture.script(function, in: "shop")
            let set = try await fixture.cronmill(["alarms", "deliver", "ops.tell"], cron: "shop")
            try #require(set.exitCode == 0, "\(set.errors)")
            let missing = """
                in the way: alarms are told to function ops.tell(jsonb) of role ann, and role "ann" cannot call the same \
                in database "postgres"
                  in database postgres: create it there, before; or tell nobody: cronmill alarms deliver --none \
                --cron-database shop

                """
            #expect(try await fixture.migrate("plan").output.hasSuffix(missing))
            try await fixture.script(function, in: "postgres")
            #expect(try await fixture.migrate("plan").exitCode == 0)
            try await fixture.script("alter function ops.tell(jsonb) owner to bob", in: "postgres")
            let foreign = try await fixture.migrate("plan")
            #expect(foreign.output.hasSuffix(missing))
            #expect(foreign.exitCode == 3)
        }
    }

    @Test(
        "from a database of its own pg_cron moves into a work database; a person restarts; finish ends the old database"
    )
    func wayBack() async throws {
        try await MoveFixture.with(home: "postgres", schedule: MoveFixture.rare) { fixture in
            let jobs = try await fixture.jobs(in: "postgres")
            let history = try await fixture.oldHistory(in: "postgres")
            let arguments = ["migrate", "apply", "--from", "postgres", "--to", "shop", "--yes"]
            let stopped = try await fixture.server.cronmill(arguments)
            #expect(stopped.exitCode == 1)
            #expect(
                stopped.errors.hasSuffix(
                    """
                    cronmill: error: the server has to be restarted
                    cronmill: detail: All jobs rest until pg_cron is in database "shop".
                    cronmill: hint: Restart it, then go on with: cronmill migrate apply --from postgres --to shop \
                    (or name how: --restart-command)

                    """
                ),
                "\(stopped.errors)"
            )
            let waiting = try await fixture.migrate("status", from: "postgres", to: "shop")
            #expect(waiting.output.contains("pg_cron is in database postgres; go on with cronmill migrate apply"))
            // In the other direction the old database, which a rollback restores, would have to be dropped.
            for command in [
                ["plan"], ["plan", "--sql"], ["status"], ["apply", "--yes"], ["rollback"], ["finish", "--yes"],
            ] {
                #expect(
                    try await fixture.server.cronmill(["migrate"] + command + ["--from", "shop", "--to", "postgres"])
                        == ProgramResult(
                            output: "",
                            errors: """
                                cronmill: error: pg_cron is moving from database "postgres" to database "shop"
                                cronmill: hint: Name these: --from postgres --to shop

                                """,
                            exitCode: 1
                        )
                )
            }
            let unfinished = try await fixture.migrate("finish", from: "postgres", to: "shop", "--yes")
            #expect(unfinished.errors.hasPrefix("cronmill: error: the move to database \"shop\" is not complete\n"))
            try await fixture.server.server.restart(immediate: false)
            let applied = try await fixture.server.cronmill(arguments)
            #expect(applied.exitCode == 0, "\(applied.errors)")
            #expect(try await fixture.jobs(in: "shop") == jobs)
            #expect(try await fixture.oldHistory(in: "shop") == history)
            let opposite = try await fixture.migrate("plan", from: "shop", to: "postgres")
            #expect(
                opposite.errors == """
                    cronmill: error: the move from database "postgres" to database "shop" is not finished
                    cronmill: hint: Finish it: cronmill migrate finish --from postgres --to shop; \
                    or take it back: cronmill migrate rollback --from postgres --to shop

                    """
            )
            #expect(
                try await fixture.rows("select linked, cron_database, link_role from cronmill.installation", in: "shop")
                    == ["f|shop|-"]
            )
            #expect(
                try await fixture.rows("select linked, cron_database from cronmill.installation", in: "analytics")
                    == ["t|shop"]
            )
            for database in MoveFixture.databases {
                try await fixture.script("update cronmill.processor set slots = 3", in: database)
            }
            #expect(
                try await fixture.rows("select count(*) from cron.job where jobname like '%#3'", in: "shop") == ["2"]
            )

            let script = try await fixture.migrate("finish", from: "postgres", to: "shop", "--dry-run")
            #expect(script.output.contains("drop extension if exists pg_cron;"))
            let finished = try await fixture.migrate("finish", from: "postgres", to: "shop", "--yes")
            #expect(
                finished.errors == """
                    shop: drop the link of database shop, which needs none
                    shop: drop extension postgres_fdw, which setup made
                    postgres: drop the old pg_cron, the old registry and the journal
                    postgres: drop the link's role

                    """
            )
            #expect(
                try await fixture.rows(
                    """
                    select count(*) from pg_namespace as n
                    where n.nspname in ('cron', 'cronmill_cron', 'cronmill_migration')
                    """,
                    in: "postgres"
                ) == ["0"]
            )
            let synced = try await fixture.cronmill(["sync", "--all", "--check"], cron: "shop")
            #expect(synced.exitCode == 0, "\(synced.output)")
            let permissions = try await fixture.cronmill(["check-permissions", "--all"], cron: "shop")
            #expect(permissions.exitCode == 0, "\(permissions.output)")
            let databases = MoveFixture.databases.flatMap { ["--database", $0] }
            let setup = try await fixture.cronmill(["setup"] + databases, cron: "shop")
            #expect(setup.errors == "shop: nothing to change\nanalytics: nothing to change\n")
            let late = try await fixture.migrate("rollback", from: "postgres", to: "shop")
            #expect(late.exitCode == 1)
            let over = try await fixture.migrate("plan", from: "postgres", to: "shop")
            #expect(over.output == "nothing to move: pg_cron is in database \"shop\" already\n")
        }
    }
}

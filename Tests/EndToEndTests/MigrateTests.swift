import Cronmill
import FoundationEssentials
import Postgres
import Testing

/// pg_cron moves from an application database to another one, with everybody's jobs, and back.
@Suite("Migrate", .timeLimit(.minutes(60)))
struct MigrateTests {
    /// Puts tasks into both databases until it is cancelled; returns how many each has got.
    private func load(_ fixture: MoveFixture) -> Task<Int, Never> {
        Task {
            var count = 0
            while !Task.isCancelled {
                let (first, last) = (count + 1, count + 20)
                for database in MoveFixture.databases {
                    do {
                        // What is begun is completed: this one is not cancelled with us.
                        try await Task { try await enqueue(first...last, in: database, of: fixture) }.value
                    } catch {
                        Issue.record(error, "tasks \(first) to \(last) of \(database)")
                        return count
                    }
                }
                count = last
                try? await Task.sleep(for: .milliseconds(50))
            }
            return count
        }
    }

    /// A restart cuts a session off; whether it has committed is then to be asked.
    private func enqueue(_ numbers: ClosedRange<Int>, in database: String, of fixture: MoveFixture) async throws {
        let first = numbers.lowerBound
        while true {
            do {
                _ = try await fixture.rows(
                    """
                    select cronmill.enqueue_many('work', array_agg(jsonb_build_object('n', n)))
                    from generate_series(\(first)::bigint, \(numbers.upperBound)::bigint) as n
                    where not exists (select from app.done as d where d.n = \(first)::bigint)
                        and not exists (
                            select from cronmill.task as t where t.payload = jsonb_build_object('n', \(first)::bigint)
                        )
                    having count(*) > 0
                    """,
                    in: database
                )
                return
            } catch let error as PostgresError
                where error.kind == .connection || error.sqlState?.isClass("57") == true
            {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    /// Where and as whom jobs ran since a run, as pg_cron says: name or command, database, role, outcome.
    private func runs(_ fixture: MoveFixture, in database: String, after runid: Int) async throws -> Set<String> {
        Set(
            try await fixture.rows(
                """
                select coalesce(j.jobname, j.command), d.database, d.username,
                    case when d.status in ('running', 'sending', 'connecting', 'starting') then 'succeeded' else d.status end
                from cron.job_run_details as d
                join cron.job as j on j.jobid = d.jobid
                where d.runid > \(runid) and not (d.status = 'failed' and d.return_message = 'job canceled')
                """,
                in: database
            )
        )
    }

    private func lastRun(_ fixture: MoveFixture, in database: String) async throws -> Int {
        try await fixture.rows("select max(runid) from cron.job_run_details", in: database).first.flatMap { Int($0) }
            ?? 0
    }

    private func expected(here: String) -> Set<String> {
        [
            "quoted|analytics|bob|succeeded", "failing|shop|ann|failed", "slow|shop|carl|succeeded",
            "insert into app.note (job) values ('unnamed')|shop|bob|succeeded",
            "cronmill watch|\(here)|postgres|succeeded", "cronmill house|\(here)|postgres|succeeded",
            "cronmill shop/work#1|shop|runner|succeeded", "cronmill shop/work#2|shop|runner|succeeded",
            "cronmill analytics/work#1|analytics|runner|succeeded",
            "cronmill analytics/work#2|analytics|runner|succeeded",
        ]
    }

    /// Waits for pg_cron's next tick, and until every active job has run, where and as whom it has to.
    private func everyJobRuns(_ fixture: MoveFixture, in database: String) async throws {
        let before = try await lastRun(fixture, in: database)
        var found: Set<String> = []
        do {
            try await eventually("every job runs in its place again", within: .seconds(85)) {
                found = try await runs(fixture, in: database, after: before)
                return found.isSuperset(of: expected(here: database))
            }
        } catch {
            Issue.record("missing: \(expected(here: database).subtracting(found))")
        }
        #expect(found.subtracting(expected(here: database)) == [])
    }

    @Test("pg_cron moves under load with everybody's jobs, each runs where and as whom it did, no task twice; and back")
    func thereAndBack() async throws {
        try await MoveFixture.with(schedule: "* * * * *") { fixture in
            let jobs = try await fixture.jobs(in: "shop")
            let rights = try await fixture.rights(in: "shop")
            let history = try await fixture.oldHistory(in: "shop")
            #expect(jobs.count == 11)
            #expect(history.first?.hasPrefix("10000|") == true)
            let load = load(fixture)
            let doubles = fixture.watchForDoubles("postgres")
            try await everyJobRuns(fixture, in: "shop")

            // The slow job runs now; it is waited for.
            let applied = try await fixture.migrate("apply")
            #expect(applied.exitCode == 0, "\(applied.errors)")
            #expect(try await fixture.jobs(in: "postgres") == jobs)
            #expect(Set(try await fixture.rights(in: "postgres")).symmetricDifference(rights) == [])
            #expect(try await fixture.oldHistory(in: "postgres") == history)
            let slow: SQL = """
                select bool_or(d.status = 'succeeded') as succeeded, bool_or(d.status = 'failed') as failed
                from cron.job_run_details as d join cron.job as j using (jobid)
                where j.jobname = 'slow'
                """
            #expect(try await fixture.rows(slow, in: "postgres") == ["t|f"])
            #expect(
                try await fixture.rows(
                    "select count(*) from cron.job as j where j.active",
                    in: "shop"
                ) == ["0"]
            )
            let synced = try await fixture.cronmill(["sync", "--all", "--check"])
            #expect(synced == ProgramResult(output: "", errors: synced.errors, exitCode: 0), "\(synced.output)")
            let refused = try await fixture.cronmill(["status", "--all"], cron: "shop")
            #expect(
                refused.errors == """
                    cronmill: error: pg_cron is configured for database "postgres", not "shop"
                    cronmill: detail: pg_cron works in one database of an instance only: cron.database_name.
                    cronmill: hint: Name it: --cron-database postgres (or PG_CRON_DATABASE).

                    """
            )
            await #expect(throws: PostgresError.self, "a job there would run never") {
                try await fixture.script("select cron.schedule('lost', '* * * * *', 'select 1')", in: "shop")
            }
            // They would go on, whatever the tool that takes them away there says.
            for change in [
                "select cron.unschedule(j.jobid) from cron.job as j where j.jobname = 'quoted'",
                "select cron.unschedule('quoted')", "delete from cron.job where jobname = 'quoted'",
                "truncate cron.job",
                "select cron.alter_job(j.jobid, active := false) from cron.job as j where j.jobname = 'quoted'",
            ] {
                let error = try await #require(throws: PostgresError.self, "\(change)") {
                    try await fixture.script(change, in: "shop")
                }
                #expect(
                    error.message == "pg_cron moves from database \"shop\" to database \"postgres\"",
                    "\(change)"
                )
            }

            try await everyJobRuns(fixture, in: "postgres")
            let listed = try await fixture.cronmill(["runs", "--all", "--limit", "1000", "--json"])
            #expect(listed.exitCode == 0)
            // From before the move and after it.
            let known = try await fixture.rows(
                "select count(*) from cron.job_run_details as d where d.command like 'call cronmill%' and d.runid not between 20001 and 30000",
                in: "postgres"
            )
            #expect(
                listed.output.matches(of: /"started_at"/).count == known.first.flatMap { Int($0) },
                "\(listed.output)"
            )

            // Settings go to the registry in its new database: that of shop through a link, now.
            for database in MoveFixture.databases {
                try await fixture.script("update cronmill.processor set slots = 1", in: database)
            }
            #expect(
                try await fixture.rows("select count(*) from cron.job where jobname like '%#2'", in: "postgres") == [
                    "0"
                ]
            )
            for database in MoveFixture.databases {
                try await fixture.script("update cronmill.processor set slots = 2", in: database)
            }
            try await fixture.script(
                "select cron.schedule_in_database('late', '0 0 1 1 *', 'select 1', 'shop', 'ann')",
                in: "postgres"
            )

            let back = try await fixture.migrate("rollback")
            #expect(back.exitCode == 0, "\(back.errors)")
            let restored = try await fixture.jobs(in: "shop")
            #expect(restored.filter { !$0.hasSuffix("|late") } == jobs)
            #expect(restored.count == jobs.count + 1)
            try await fixture.script(
                "begin; select cron.unschedule(j.jobid) from cron.job as j where j.jobname = 'idle'; rollback",
                in: "shop"
            )
            #expect(Set(try await fixture.rights(in: "shop")).symmetricDifference(rights) == [])
            #expect(try await fixture.oldHistory(in: "shop") == history)
            #expect(
                try await fixture.rows(
                    "select to_regnamespace('cron') as a, to_regnamespace('cronmill_cron') as b",
                    in: "postgres"
                ) == ["-|-"]
            )
            let again = try await fixture.cronmill(["sync", "--all", "--check"], cron: "shop")
            #expect(again.exitCode == 0, "\(again.output)")
            try await everyJobRuns(fixture, in: "shop")

            load.cancel()
            doubles.cancel()
            let count = await load.value
            #expect(await doubles.value == [])
            for database in MoveFixture.databases {
                try await eventually("all tasks of \(database) are done") {
                    try await fixture.rows("select count(*) from cronmill.task", in: database) == ["0"]
                }
                #expect(
                    try await fixture.rows(
                        "select count(*) as done, count(distinct n) as numbers, max(n) from app.done",
                        in: database
                    )
                        == ["\(count)|\(count)|\(count)"]
                )
                #expect(try await fixture.rows("select count(*) from cronmill.dead_task", in: database) == ["0"])
            }
        }
    }

    @Test("killed at the beginning and at the end of every step, the next apply goes on; so does a rollback")
    func killed() async throws {
        try await MoveFixture.with(schedule: "0 0 1 1 *") { fixture in
            let gate = try await StepGate.install(fixture)
            let jobs = try await fixture.jobs(in: "shop")
            let rights = try await fixture.rights(in: "shop")
            let doubles = fixture.watchForDoubles("postgres")
            let steps = MigrationStep.forward.flatMap { ["\($0.rawValue) begins", "\($0.rawValue) ends"] }
            // The journal begins in the commit of the first step.
            for point in steps.dropFirst() {
                try await gate.kill(fixture.arguments("apply"), at: point) {
                    if point == "verify begins" {
                        // Nobody changes in the new database what is to be compared.
                        for change in ["select cron.schedule('mine', '0 0 1 1 *', 'select 1')", "delete from cron.job"]
                        {
                            let refused = try await expectedError { try await fixture.script(change, in: "postgres") }
                            #expect(refused.sqlState == "MC019", "\(change)")
                        }
                    }
                    guard point == "jobs begins" else { return }
                    let second = try await fixture.migrate("apply")
                    #expect(second.exitCode == 1)
                    #expect(
                        second.errors.hasPrefix("cronmill: error: another migration of database \"shop\" is going\n")
                    )
                }
                if point == "quiesce ends" {
                    // Nothing of it has been committed.
                    #expect(try await fixture.jobs(in: "shop") == jobs)
                    #expect(try await fixture.rows("select to_regnamespace('cronmill_migration')", in: "shop") == ["-"])
                }
            }
            let applied = try await fixture.migrate("apply")
            #expect(applied.exitCode == 0, "\(applied.errors)")
            #expect(try await fixture.jobs(in: "postgres") == jobs)
            #expect(Set(try await fixture.rights(in: "postgres")).symmetricDifference(rights) == [])
            #expect(try await fixture.oldHistory(in: "postgres") == fixture.oldHistory(in: "shop"))
            let once = try await fixture.migrate("apply")
            #expect(once.exitCode == 0)

            let back = MigrationStep.back.flatMap { ["back \($0.rawValue) begins", "back \($0.rawValue) ends"] }
            for point in back {
                try await gate.kill(fixture.arguments("rollback"), at: point)
                guard point == "back restart begins" else { continue }
                let forward = try await fixture.migrate("apply")
                #expect(
                    forward.errors == """
                        cronmill: error: the move to database "postgres" is being rolled back
                        cronmill: hint: Complete that first: cronmill migrate rollback --from shop --to postgres

                        """
                )
            }
            let restored = try await fixture.migrate("rollback")
            #expect(restored.exitCode == 0, "\(restored.errors)")
            try await isAsBefore(fixture, jobs: jobs, rights: rights)
            doubles.cancel()
            #expect(await doubles.value == [])
        }
    }

    @Test("a rollback restores the old database, wherever the move was cut off")
    func rollbackFromEverywhere() async throws {
        try await MoveFixture.with(schedule: "0 0 1 1 *") { fixture in
            let gate = try await StepGate.install(fixture)
            let jobs = try await fixture.jobs(in: "shop")
            let rights = try await fixture.rights(in: "shop")
            for step: MigrationStep in [.drain, .setting, .restart, .jobs, .activate, .links, .settle] {
                try await gate.kill(fixture.arguments("apply"), at: "\(step.rawValue) ends")
                let result = try await fixture.migrate("rollback")
                #expect(result.exitCode == 0, "\(step): \(result.errors)")
                try await isAsBefore(fixture, jobs: jobs, rights: rights, "\(step)")
            }
        }
    }

    /// Everything is where and as it was before a move.
    private func isAsBefore(
        _ fixture: MoveFixture,
        jobs: [String],
        rights: [String],
        _ comment: Comment? = nil
    ) async throws {
        #expect(try await fixture.jobs(in: "shop") == jobs, comment)
        #expect(Set(try await fixture.rights(in: "shop")).symmetricDifference(rights) == [], comment)
        #expect(
            try await fixture.rows(
                """
                select count(*) from pg_namespace as n
                where n.nspname in ('cron', 'cronmill_cron', 'cronmill_migration')
                """,
                in: "postgres"
            ) == ["0"],
            comment
        )
        let old: SQL = """
            select
                to_regnamespace('cronmill_migration') as journal,
                current_setting('cron.database_name') as place,
                (select count(*) from pg_foreign_server) as servers,
                (select count(*) from pg_extension where extname = 'postgres_fdw') as wrappers,
                (select count(*) from pg_roles where rolname like 'cronmill link%') as links,
                (select concat(linked, cron_database, link_role) from cronmill.installation) as installation
            """
        #expect(try await fixture.rows(old, in: "shop") == ["-|shop|0|0|1|fshop"], comment)
        let synced = try await fixture.cronmill(["sync", "--all", "--check"], cron: "shop")
        #expect(synced.exitCode == 0, comment)
        for database in MoveFixture.databases {
            try await fixture.script("update cronmill.processor set linger = '1 s'", in: database)
            try await fixture.script("update cronmill.processor set linger = 'tick'", in: database)
        }
    }
}

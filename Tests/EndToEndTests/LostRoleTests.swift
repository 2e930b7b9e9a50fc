import Postgres
import Testing

/// A role that is renamed or dropped while jobs run as it: with one such job pg_cron runs no job of anybody.
@Suite("roles that are gone", .timeLimit(.minutes(60)))
struct LostRoleTests {
    /// Whether pg_cron's launcher, which such a job ends each second, has been there for a while.
    private func launcherLives(_ fixture: Fixture) async throws {
        try await eventually("pg_cron's launcher lives", within: .seconds(60)) {
            try await fixture.cronRows(
                """
                select 1 from pg_stat_activity
                where application_name = 'pg_cron scheduler' and backend_start < clock_timestamp() - interval '3 seconds'
                """
            ) == ["1"]
        }
    }

    @Test("sync removes the jobs of a renamed run-as role, looks again, and says what only the user can decide")
    func renamedRunner() async throws {
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp("--enable", "--slots", "2")
                let (database, runner) = (fixture.database, fixture.runner)
                let jobids = try await fixture.cronRows(
                    "select jobid from cron.job where jobname like '%#%' order by jobname"
                )
                try await fixture.script("alter role \(runner) rename to other", in: "postgres")

                let first = try await fixture.cronmillHere("sync")
                let absent = (1...2).map { slot in
                    "work#\(slot): has no job, because role \"\(runner)\" does not exist; "
                        + "repair: cronmill configure work --database \(database) --run-as ROLE"
                }
                #expect(
                    first
                        == ProgramResult(
                            output: """
                                \(database): work#1: job \(jobids[0]) belongs to role "\(runner)", which does not exist
                                \(database): work#2: job \(jobids[1]) belongs to role "\(runner)", which does not exist
                                \(database): still: \(absent[0])
                                \(database): still: \(absent[1])

                                """,
                            errors: "postgres: tell the registry of processor work\n",
                            exitCode: 3
                        )
                )
                #expect(try await fixture.cronRows("select jobid from cron.job where jobname like '%#%'") == [])
                try await launcherLives(fixture)
                let second = try await fixture.cronmillHere("sync")
                #expect(
                    second
                        == ProgramResult(
                            output: absent.map { "\(database): \($0)\n" }.joined(),
                            errors: "\(database): nothing to change\n",
                            exitCode: 3
                        )
                )
                #expect(try await fixture.cronmillHere("disable").exitCode == 0)

                let given = try await fixture.cronmillHere("configure", "work", "--run-as", "other")
                #expect(given.exitCode == 0, "\(given.errors)")
                #expect(try await fixture.cronmillHere("enable").exitCode == 0)
                #expect(try await fixture.cronmillHere("sync", "--check").exitCode == 0)
                #expect(
                    try await fixture.cronRows("select username, active from cron.job where jobname like '%#%'")
                        == ["other|t", "other|t"]
                )
                try await fixture.script("alter role other rename to \(runner)", in: "postgres")
            }
        }
    }

    @Test("sync gives the housekeepers of an installer that is gone to who owns the registry now")
    func droppedInstaller() async throws {
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.script("create role boss login superuser", in: "postgres")
                let setup = try await fixture.cronmill(
                    fixture.setupArguments(["--enable"]),
                    environment: ["DB_USER": "boss"]
                )
                try #require(setup.exitCode == 0, "\(setup.errors)")
                for database in [fixture.database, "postgres"] {
                    try await fixture.script("reassign owned by boss to postgres; drop owned by boss", in: database)
                }
                try await fixture.script("drop role boss", in: "postgres")
                // To know what pg_cron can takes a number.
                let jobs = try await fixture.cronRows(
                    "select j.jobid from cron.job as j where j.jobname not like '%#%' order by j.jobname"
                )
                let repaired = try await fixture.cronmillHere("sync")
                #expect(
                    repaired
                        == ProgramResult(
                            output: """
                                postgres: house#0: job \(jobs[0]) belongs to role "boss", which does not exist
                                postgres: watch#0: job \(jobs[1]) belongs to role "boss", which does not exist

                                """,
                            errors: "postgres: renew the housekeeper\n",
                            exitCode: 0
                        )
                )
                #expect(
                    try await fixture.cronRows(
                        "select jobname, username from cron.job where jobname not like '%#%' order by jobname"
                    ) == ["cronmill house|postgres", "cronmill watch|postgres"]
                )
                try await launcherLives(fixture)
                #expect(try await fixture.cronmillHere("sync", "--check").exitCode == 0)
            }
        }
    }

    @Test(
        "a job that row security hides from the registry, because its role is gone, is said until a superuser has removed it"
    )
    func hiddenJob() async throws {
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.makeInstaller()
                let installer = ["DB_USER": "installer"]
                let setup = try await fixture.cronmill(
                    fixture.setupArguments(["--enable", "--max-running-jobs", "90", "--others", "0"]),
                    environment: installer
                )
                try #require(setup.exitCode == 0, "\(setup.errors)")
                let jobids = try await fixture.cronRows("select jobid from cron.job where jobname like '%#%'")
                try await fixture.script("alter role \(fixture.runner) rename to other", in: "postgres")
                let hidden =
                    "work#1: job \(jobids[0]) belongs to role \"\(fixture.runner)\", which does not exist; "
                    + "only a superuser can remove it: select cron.unschedule(\(jobids[0]))\n"
                let sync = ["sync", "--database", fixture.database]
                for _ in 1...2 {
                    let said = try await fixture.cronmill(sync, environment: installer)
                    #expect(said.output == "\(fixture.database): \(hidden)\(fixture.database): still: \(hidden)")
                    #expect(said.exitCode == 3)
                }
                #expect(
                    try await fixture.cronRows("select jobid, role_name from cronmill_cron.jobs_without_role()")
                        == ["\(jobids[0])|\(fixture.runner)"]
                )
                try await fixture.script("select cron.unschedule(\(jobids[0]))", in: "postgres")
                let struckOut = try await fixture.cronmill(sync, environment: installer)
                #expect(
                    struckOut.output == """
                        \(fixture.database): work#1: its job \(jobids[0]) is gone from cron.job
                        \(fixture.database): still: work#1: has no job, because role "\(fixture.runner)" does not exist; \
                        repair: cronmill configure work --database \(fixture.database) --run-as ROLE

                        """
                )
                #expect(struckOut.exitCode == 3)
                try await launcherLives(fixture)
                let given = try await fixture.cronmill(
                    ["configure", "work", "--run-as", "other", "--database", fixture.database],
                    environment: installer
                )
                #expect(given.exitCode == 0, "\(given.errors)")
                #expect(try await fixture.cronmill(sync + ["--check"], environment: installer).exitCode == 0)
                #expect(
                    try await fixture.cronRows("select username from cron.job where jobname like '%#%'") == ["other"]
                )
                let removed = try await fixture.cronmill(
                    ["remove", "--everything", "--yes", "--database", fixture.database],
                    environment: installer
                )
                #expect(removed.exitCode == 0, "\(removed.errors)")
            }
        }
    }
}

import Postgres
import Testing

/// A role that is renamed or dropped while jobs run as it: with one such job pg_cron runs no job of anybody.
@Suite("roles that are gone", .timeLimit(.minutes(60)))
struct LostRoleTests {
    /// Whether pg_cron's launcher, which such a job ends each second, has been there for a while.
    private func launcherLives(_ place: Workplace) async throws {
        try await eventually("pg_cron's launcher lives", within: .seconds(60)) {
            try await place.cronRows(
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
            try await withDatabases(on: server, waitsForTurn: false) { place in
                try await place.setUp("--enable", "--slots", "2")
                let (database, runner) = (place.database, place.runner)
                let jobids = try await place.cronRows(
                    "select jobid from cron.job where jobname like '%#%' order by jobname"
                )
                try await place.script("alter role \(runner) rename to other", in: "postgres")

                let first = try await place.cronmillHere("sync")
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
                #expect(try await place.cronRows("select jobid from cron.job where jobname like '%#%'") == [])
                try await launcherLives(place)
                let second = try await place.cronmillHere("sync")
                #expect(
                    second
                        == ProgramResult(
                            output: absent.map { "\(database): \($0)\n" }.joined(),
                            errors: "\(database): nothing to change\n",
                            exitCode: 3
                        )
                )
                #expect(try await place.cronmillHere("disable").exitCode == 0)

                let given = try await place.cronmillHere("configure", "work", "--run-as", "other")
                #expect(given.exitCode == 0, "\(given.errors)")
                #expect(try await place.cronmillHere("enable").exitCode == 0)
                #expect(try await place.cronmillHere("sync", "--check").exitCode == 0)
                #expect(
                    try await place.cronRows("select username, active from cron.job where jobname like '%#%'")
                        == ["other|t", "other|t"]
                )
                try await place.script("alter role other rename to \(runner)", in: "postgres")
            }
        }
    }

    @Test("sync gives the housekeepers of an installer that is gone to who owns the registry now")
    func droppedInstaller() async throws {
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { place in
                try await place.script("create role boss login superuser", in: "postgres")
                let setup = try await place.cronmill(
                    place.setupArguments(["--enable"]),
                    environment: ["DB_USER": "boss"]
                )
                try #require(setup.exitCode == 0, "\(setup.errors)")
                for database in [place.database, "postgres"] {
                    try await place.script("reassign owned by boss to postgres; drop owned by boss", in: database)
                }
                try await place.script("drop role boss", in: "postgres")
                let repaired = try await place.cronmillHere("sync")
                #expect(
                    repaired
                        == ProgramResult(
                            output: """
                                postgres: house#0: job 2 belongs to role "boss", which does not exist
                                postgres: watch#0: job 1 belongs to role "boss", which does not exist

                                """,
                            errors: "postgres: renew the housekeeper\n",
                            exitCode: 0
                        )
                )
                #expect(
                    try await place.cronRows(
                        "select jobname, username from cron.job where jobname not like '%#%' order by jobname"
                    ) == ["cronmill house|postgres", "cronmill watch|postgres"]
                )
                try await launcherLives(place)
                #expect(try await place.cronmillHere("sync", "--check").exitCode == 0)
            }
        }
    }

    @Test(
        "a job that row security hides from the registry, because its role is gone, is said until a superuser has removed it"
    )
    func hiddenJob() async throws {
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { place in
                try await place.makeInstaller()
                let installer = ["DB_USER": "installer"]
                let setup = try await place.cronmill(
                    place.setupArguments(["--enable", "--max-running-jobs", "90", "--others", "0"]),
                    environment: installer
                )
                try #require(setup.exitCode == 0, "\(setup.errors)")
                let jobids = try await place.cronRows("select jobid from cron.job where jobname like '%#%'")
                try await place.script("alter role \(place.runner) rename to other", in: "postgres")
                let hidden =
                    "work#1: job \(jobids[0]) belongs to role \"\(place.runner)\", which does not exist; "
                    + "only a superuser can remove it: select cron.unschedule(\(jobids[0]))\n"
                let sync = ["sync", "--database", place.database]
                for _ in 1...2 {
                    let said = try await place.cronmill(sync, environment: installer)
                    #expect(said.output == "\(place.database): \(hidden)\(place.database): still: \(hidden)")
                    #expect(said.exitCode == 3)
                }
                #expect(
                    try await place.cronRows("select jobid, role_name from cronmill_cron.jobs_without_role()")
                        == ["\(jobids[0])|\(place.runner)"]
                )
                try await place.script("select cron.unschedule(\(jobids[0]))", in: "postgres")
                let struckOut = try await place.cronmill(sync, environment: installer)
                #expect(
                    struckOut.output == """
                        \(place.database): work#1: its job \(jobids[0]) is gone from cron.job
                        \(place.database): still: work#1: has no job, because role "\(place.runner)" does not exist; \
                        repair: cronmill configure work --database \(place.database) --run-as ROLE

                        """
                )
                #expect(struckOut.exitCode == 3)
                try await launcherLives(place)
                let given = try await place.cronmill(
                    ["configure", "work", "--run-as", "other", "--database", place.database],
                    environment: installer
                )
                #expect(given.exitCode == 0, "\(given.errors)")
                #expect(try await place.cronmill(sync + ["--check"], environment: installer).exitCode == 0)
                #expect(try await place.cronRows("select username from cron.job where jobname like '%#%'") == ["other"])
                let removed = try await place.cronmill(
                    ["remove", "--everything", "--yes", "--database", place.database],
                    environment: installer
                )
                #expect(removed.exitCode == 0, "\(removed.errors)")
            }
        }
    }
}

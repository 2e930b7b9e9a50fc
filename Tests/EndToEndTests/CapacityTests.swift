import Postgres
import Testing

/// What pg_cron can run at once.
@Suite("Capacity", .timeLimit(.minutes(60)))
struct CapacityTests {
    /// The settings of a server that runs five jobs at once.
    private static func five(workers: Bool) -> [String: String] {
        ["cron.max_running_jobs": "5", "cron.use_background_workers": workers ? "on" : "off"]
    }

    private func refusal(_ database: String, needed: Int, slots: Int, others: Int) -> ProgramResult {
        ProgramResult(
            output: "",
            errors: """
                \(database): enable processor work
                cronmill: error: \(needed) jobs would be active, and pg_cron can run 5 at once
                cronmill: detail: \(slots) slots of enabled processors, 2 housekeepers, \(others) jobs of others. \
                pg_cron hangs for everybody when more jobs wait than cron.max_running_jobs. \
                (in database "\(database)", SQLSTATE MC004)
                cronmill: hint: Use fewer slots, let processors sleep (--sleep-after), disable some, or set cron.max_running_jobs to \(needed) or more and restart.

                """,
            exitCode: 1
        )
    }

    @Test("enabling more slots than pg_cron can run is refused with the arithmetic, and nothing is half done")
    func refused() async throws {
        try await withServer(settings: Self.five(workers: false)) { server in
            try await withDatabases(2, on: server) { fixture in
                let (first, second) = (fixture.databases[0], fixture.databases[1])
                try await fixture.setUp("--slots", "2")
                #expect(try await fixture.cronmill(["enable", "--database", first]).exitCode == 0)
                func state() async throws -> [String] {
                    try await fixture.cronRows(
                        "select database, active from cron.job where jobname like '%#%' order by jobname"
                    )
                }
                let before = try await state()
                #expect(before == ["\(first)|t", "\(first)|t", "\(second)|f", "\(second)|f"])

                let refused = try await fixture.cronmill(["enable", "--database", second])
                #expect(refused == self.refusal(second, needed: 6, slots: 4, others: 0))
                #expect(try await state() == before)
                #expect(try await fixture.rows("select enabled from cronmill.processor", in: second) == ["f"])
                #expect(
                    try await fixture.cronRows(
                        "select p.enabled from cronmill_cron.processor as p order by p.work_database_id"
                    )
                        == ["t", "f"]
                )

                // A job of somebody else takes a place, an inactive one does not.
                _ = try await fixture.cronmill(["configure", "work", "--slots", "1", "--database", second])
                try await fixture.script("select cron.schedule('theirs', '0 0 1 1 *', 'select 1')", in: "postgres")
                let theirs = try await fixture.cronmill(["enable", "--database", second])
                #expect(theirs == self.refusal(second, needed: 6, slots: 3, others: 1))
                try await fixture.script(
                    "select cron.alter_job(jobid, active := false) from cron.job where jobname = 'theirs'",
                    in: "postgres"
                )
                #expect(try await fixture.cronmill(["enable", "--database", second]).exitCode == 0)
                #expect(
                    try await fixture.cronRows("select count(*) from cron.job where active and jobname like '%#%'") == [
                        "3"
                    ]
                )

                // So does a slot more of a processor that is enabled.
                let more = try await fixture.cronmill(["configure", "work", "--slots", "2", "--database", second])
                #expect(more.exitCode == 1)
                #expect(more.errors.contains("6 jobs would be active, and pg_cron can run 5 at once"))
                #expect(try await fixture.rows("select slots from cronmill.processor", in: second) == ["1"])
            }
        }
    }

    @Test("status warns when others have pushed the jobs over the limit")
    func pushedOver() async throws {
        try await withServer(settings: Self.five(workers: false)) { server in
            try await withDatabases(on: server) { fixture in
                try await fixture.setUp("--slots", "3", "--enable")
                #expect(try await fixture.cronmillHere("status").errors == "")
                try await fixture.script("select cron.schedule('theirs', '0 0 1 1 *', 'select 1')", in: "postgres")
                #expect(
                    try await fixture.cronmillHere("status").errors == """
                        cronmill: warning: 6 jobs are active (3 slots, 2 housekeepers, 1 of others) and pg_cron can run 5 \
                        at once: it can hang for everybody. Disable some, or raise cron.max_running_jobs.

                        """
                )
            }
        }
    }

    @Test("with background workers jobs above the limit only wait, so they are warned of; where pg_cron hangs, refused")
    func warned() async throws {
        try await withServer(settings: Self.five(workers: true)) { server in
            let abilities = try await ServerAbilities(of: server)
            try await withDatabases(on: server) { fixture in
                // A run that lingers is refused where workers run one after another.
                try await fixture.setUp("--slots", "4", "--linger", "0")
                let enabled = try await fixture.cronmillHere("enable")
                guard !abilities.hangsAboveLimit else {
                    #expect(enabled == self.refusal(fixture.database, needed: 6, slots: 4, others: 0))
                    return
                }
                let warning = """
                    6 jobs are active (4 slots, 2 housekeepers, 0 of others) and pg_cron can run 5 at once: some runs wait \
                    for others to end.
                    """
                #expect(
                    enabled
                        == ProgramResult(
                            output: "",
                            errors: """
                                \(fixture.database): enable processor work
                                cronmill: warning: \(warning)

                                """,
                            exitCode: 0
                        )
                )
                #expect(try await fixture.cronmillHere("status").errors == "cronmill: warning: \(warning)\n")
                // The same for plain SQL in the work database, and nothing once they fit.
                let again = try await server.client(
                    "psql",
                    ["-Xqc", "update cronmill.processor set timeout = '1 min', slots = 5", "-d", fixture.database]
                )
                #expect(again.errors.hasPrefix("WARNING:  7 jobs are active"))
                let fewer = try await server.client(
                    "psql",
                    ["-Xqc", "update cronmill.processor set slots = 3", "-d", fixture.database]
                )
                #expect(fewer == ProgramResult(output: "", errors: "", exitCode: 0))
                #expect(try await fixture.cronmillHere("status").errors == "")
            }
        }
    }
}

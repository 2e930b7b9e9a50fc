import Postgres
import Testing

/// Everything without superuser, as on a managed cloud.
@Suite("Without superuser", .timeLimit(.minutes(60)))
struct NonSuperuserTests {
    @Test("an installer that is no superuser sets up, the job belongs to the run-as role, runs, and is seen")
    func story() async throws {
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                let database = fixture.database
                try await fixture.makeInstaller()
                try await awayFromFullMinute()
                let installer = ["DB_USER": "installer"]
                let setup = try await fixture.cronmill(
                    fixture.setupArguments(
                        schedule: nil,
                        ["--enable", "--max-running-jobs", "32", "--others", "0", "--link-host", "127.0.0.1"]
                    ),
                    environment: installer
                )
                try #require(setup.exitCode == 0, "\(setup.errors)")
                #expect(
                    try await fixture.jobs() == [
                        "cronmill \(database)/work#1|* * * * *|call cronmill_processor.work(1)|\(fixture.runner)|t"
                    ]
                )
                let again = try await fixture.cronmill(
                    fixture.setupArguments(schedule: nil, ["--enable"]),
                    environment: installer
                )
                #expect(again.errors == "\(database): nothing to change\n")

                try await fixture.enqueue(100)
                try await eventually("pg_cron has done all tasks") { try await fixture.done().count == 100 }
                #expect(try await fixture.done() == Array(1...100))
                // Of its last quarter of a second a run has told nothing yet.
                try await eventually("the run has told what it has done") {
                    try await fixture.rows("select done from cronmill.run") == ["100"]
                }
                let status = try await fixture.cronmill(["status", "--database", database], environment: installer)
                #expect(status.errors == "")
                let line = status.output.split(separator: "\n").first { $0.hasPrefix("  work") }
                #expect(
                    line?.split(separator: " ").prefix(7).map(String.init) == ["work", "ok", "1/1", "0", "-", "0", "0"]
                )
                let disabled = try await fixture.cronmill(["disable", "--database", database], environment: installer)
                #expect(disabled.exitCode == 0, "\(disabled.errors)")
                try await eventually("pg_cron has noted the end of the run", within: .seconds(20)) {
                    try await fixture.cronRows(
                        "select status from cron.job_run_details where username = \(fixture.runner)"
                    )
                        == ["succeeded"]
                }
                let runs = try await fixture.cronmill(["runs", "--database", database], environment: installer)
                let run = runs.output.split(separator: "\n").last?.split(separator: " ").map(String.init) ?? []
                #expect(run.prefix(2) == [database, "work#1"])
                #expect(run.suffix(3) == ["succeeded", "100", "done"])
                let stats = try await fixture.cronmill(
                    ["stats", "--database", database, "--csv"],
                    environment: installer
                )
                #expect(stats.output.contains("\r\n\(database),work,,1,0,0,"))
                let others = try await fixture.cronmill(["runs", "--all-jobs"], environment: installer)
                #expect(others.exitCode == 0 && others.output.contains("watch"))

                // So it may end orders that the link leaves open.
                #expect(
                    try await fixture.cronRows(
                        "select pg_has_role('installer', \("cronmill link \(database)"), 'usage')"
                    ) == ["t"]
                )

                let check = try await fixture.cronmill(
                    ["sync", "--check", "--database", database],
                    environment: installer
                )
                #expect(check == ProgramResult(output: "", errors: "", exitCode: 0))
                let removed = try await fixture.cronmill(
                    ["remove", "--everything", "--yes", "--database", database],
                    environment: installer
                )
                #expect(removed.exitCode == 0, "\(removed.errors)")
                #expect(try await fixture.cronRows("select jobname from cron.job") == [])
                let registry = try await fixture.cronmill(["remove", "--cron"], environment: installer)
                #expect(registry.exitCode == 0, "\(registry.errors)")
                #expect(
                    try await fixture.cronRows("select nspname from pg_namespace where nspname like 'cronmill%'") == []
                )
            }
        }
    }

    @Test("settings are imported, a database is renamed, jobs on another host are found, without superuser")
    func drift() async throws {
        try await withServer { server in
            try await withDatabases(2, on: server, waitsForTurn: false) { fixture in
                let (first, second) = (fixture.databases[0], fixture.databases[1])
                try await fixture.makeInstaller()
                let installer = ["DB_USER": "installer"]
                func goes(_ arguments: String..., database: String, input: String = "") async throws -> ProgramResult {
                    let result = try await fixture.cronmill(
                        arguments + ["--database", database],
                        environment: installer,
                        input: Array(input.utf8)
                    )
                    try #require(result.exitCode == 0, "\(arguments): \(result.output)\(result.errors)")
                    return result
                }
                let setup = try await fixture.cronmill(
                    fixture.setupArguments(["--enable", "--max-running-jobs", "32", "--others", "0"]),
                    environment: installer
                )
                try #require(setup.exitCode == 0, "\(setup.errors)")
                let exported = try await goes("export", database: first)
                let settings = exported.output.replacing("    1, -- slots", with: "    3, -- slots")
                let imported = try await goes("import", database: second, input: settings)
                #expect(imported.errors.contains("import settings, changing processors: work"))
                #expect(try await fixture.jobs(of: second).count == 3)
                #expect(try await fixture.jobs(of: second).allSatisfy { $0.hasSuffix("|\(fixture.runner)|t") })

                // Row security hides these jobs from the installer.
                for (change, finding) in [
                    ("nodeport = 1", "was made on a server with port 1, this one has \(server.port)"),
                    ("nodename = 'x'", "connects to host \"x\", cron.host is \"\(server.socketDirectory)\""),
                ] {
                    try await fixture.script("grant pg_read_all_settings to installer", in: "postgres")
                    let job = try await fixture.cronRows(
                        "update cron.job set \(unsafeRaw: change) where database = \(first) returning jobid"
                    )[0]
                    let found = try await fixture.cronmill(
                        ["sync", "--check", "--database", first],
                        environment: installer
                    )
                    #expect(found.output == "\(first): work#1: job \(job) \(finding)\n")
                    _ = try await goes("sync", database: first)
                    #expect(try await goes("sync", "--check", database: first) == DriftTests.clean)
                }

                let renamed = "\(first)_new"
                try await eventually("nobody is connected", within: .seconds(20)) {
                    try await fixture.cronRows("select pid from pg_stat_activity where datname = \(first)") == []
                }
                try await fixture.script("alter database \(first) rename to \(renamed)", in: "postgres")
                _ = try await goes("sync", "--adopt", database: renamed)
                #expect(try await goes("sync", "--check", database: renamed) == DriftTests.clean)
                #expect(try await fixture.jobs(of: first) == [])
                #expect(try await fixture.jobs(of: renamed).count == 1)
                _ = try await goes("check-permissions", database: renamed)
                _ = try await goes("rotate-password", database: renamed)
                _ = try await goes("remove", "--everything", "--yes", database: renamed)
                _ = try await goes("remove", "--everything", "--yes", database: second)
            }
        }
    }
}

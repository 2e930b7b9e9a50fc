import Postgres
import Testing

/// Everything without superuser, as on a managed cloud.
@Suite("Without superuser", .timeLimit(.minutes(20)))
struct NonSuperuserTests {
    @Test("an installer that is no superuser sets up, the job belongs to the run-as role, runs, and is seen")
    func story() async throws {
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { place in
                let database = place.database
                // What an administrator has to give.
                try await place.script(
                    """
                    create extension pg_cron;
                    create role installer login createrole;
                    grant \(place.runner) to installer;
                    grant usage on schema cron to installer, \(place.runner);
                    grant execute on function
                        cron.schedule_in_database(text, text, text, text, text, boolean),
                        cron.alter_job(bigint, text, text, text, text, boolean)
                        to installer, \(place.runner);
                    grant create on database postgres to installer;
                    grant create on database \(database) to installer;
                    """,
                    in: "postgres"
                )
                try await place.script(
                    """
                    create extension postgres_fdw;
                    grant usage on foreign data wrapper postgres_fdw to installer;
                    """
                )
                try await awayFromFullMinute()
                let installer = ["DB_USER": "installer"]
                let setup = try await place.cronmill(
                    place.setupArguments(
                        schedule: nil,
                        ["--enable", "--max-running-jobs", "32", "--others", "0", "--link-host", "127.0.0.1"]
                    ),
                    environment: installer
                )
                try #require(setup.exitCode == 0, "\(setup.errors)")
                #expect(
                    try await place.jobs() == [
                        "cronmill \(database)/work#1|* * * * *|call cronmill_processor.work(1)|\(place.runner)|t"
                    ]
                )
                let again = try await place.cronmill(
                    place.setupArguments(schedule: nil, ["--enable"]),
                    environment: installer
                )
                #expect(again.errors == "\(database): nothing to change\n")

                try await place.enqueue(100)
                try await eventually("pg_cron has done all tasks") { try await place.done().count == 100 }
                #expect(try await place.done() == Array(1...100))
                let status = try await place.cronmill(["status", "--database", database], environment: installer)
                #expect(status.errors == "")
                let words = status.output.split(separator: "\n").last?.split(separator: " ").map(String.init) ?? []
                #expect(
                    words.prefix(15) == [
                        database, "work", "enabled", "*", "*", "*", "*", "*", "1/1", "1", "0", "-", "0", "0",
                        "running",
                    ]
                )
                let disabled = try await place.cronmill(["disable", "--database", database], environment: installer)
                #expect(disabled.exitCode == 0, "\(disabled.errors)")
                try await eventually("pg_cron has noted the end of the run", within: .seconds(20)) {
                    try await place.cronRows("select status from cron.job_run_details where username = \(place.runner)")
                        == ["succeeded"]
                }
                let runs = try await place.cronmill(["runs", "--database", database], environment: installer)
                let run = runs.output.split(separator: "\n").last?.split(separator: " ").map(String.init) ?? []
                #expect(run.prefix(3) == [database, "work", "1"])
                #expect(run.suffix(2) == ["succeeded", "CALL"])

                let check = try await place.cronmill(
                    ["sync", "--check", "--database", database],
                    environment: installer
                )
                #expect(check == ProgramResult(output: "", errors: "", exitCode: 0))
                let removed = try await place.cronmill(
                    ["remove", "--everything", "--yes", "--database", database],
                    environment: installer
                )
                #expect(removed.exitCode == 0, "\(removed.errors)")
                #expect(try await place.cronRows("select jobname from cron.job") == [])
                let registry = try await place.cronmill(["remove", "--cron"], environment: installer)
                #expect(registry.exitCode == 0, "\(registry.errors)")
                #expect(
                    try await place.cronRows("select nspname from pg_namespace where nspname like 'cronmill%'") == []
                )
            }
        }
    }
}

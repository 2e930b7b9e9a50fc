import Postgres
import Testing

/// One command, several work databases.
@Suite("Several databases", .timeLimit(.minutes(60)))
struct SeveralDatabasesTests {
    @Test("the jobs of app10 are untouched by every change of app1")
    func similarNames() async throws {
        try await withDatabases(named: ["app1", "app10"]) { fixture in
            try await fixture.setUp("--slots", "2", "--enable")
            func others() async throws -> [String] {
                try await fixture.cronRows("select j::text from cron.job as j where database = 'app10' order by jobid")
            }
            let before = try await others()
            #expect(before.count == 2)
            #expect(
                try await fixture.jobs(of: "app10")
                    == (1...2).map {
                        "cronmill app10/work#\($0)|\(Fixture.never)|call cronmill_processor.work(\($0))|\(fixture.runner)|t"
                    }
            )
            let commands = [
                ["disable", "work"], ["configure", "work", "--slots", "1"], ["configure", "work", "--slots", "3"],
                ["configure", "work", "--schedule", "0 0 30 2 *"], ["enable", "work"], ["sync"],
                ["remove", "work"],
            ]
            for command in commands {
                let result = try await fixture.cronmillHere(command)
                #expect(result.exitCode == 0, "\(command): \(result.errors)")
                #expect(try await others() == before, "\(command)")
            }
            #expect(try await fixture.jobs(of: "app1") == [])
            let removal = try await fixture.cronmillHere("remove", "--everything", "--yes")
            #expect(removal.exitCode == 0, "\(removal.errors)")
            #expect(try await others() == before)
        }
    }

    @Test("a database that does not exist is named, the others are done, and the exit code is 2")
    func absentDatabase() async throws {
        try await withDatabases(2) { fixture in
            try await fixture.setUp()
            let (first, second) = (fixture.databases[0], fixture.databases[1])
            let result = try await fixture.cronmill(
                ["enable", "--database", first, "--database", "absent", "--database", second]
            )
            let path = "\(fixture.server.socketDirectory)/.s.PGSQL.\(fixture.server.port)"
            #expect(
                result
                    == ProgramResult(
                        output: "",
                        errors: """
                            \(first): enable processor work
                            cronmill: database absent:
                            cronmill: error: connection to server on socket "\(path)" failed: FATAL:  database "absent" does not exist
                            cronmill: hint: psql -l shows the databases there are.
                            \(second): enable processor work

                            """,
                        exitCode: 2
                    )
            )
            for database in fixture.databases {
                #expect(
                    try await fixture.cronRows("select active from cron.job where database = \(database)") == ["t"]
                )
            }
        }
    }

    @Test("an unknown processor is refused with the nearest name there is")
    func unknownProcessor() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            #expect(
                try await fixture.cronmillHere("enable", "wrk")
                    == ProgramResult(
                        output: "",
                        errors: """
                            cronmill: error: processor "wrk" does not exist in database "\(fixture.database)"
                            cronmill: hint: Did you mean "work"?

                            """,
                        exitCode: 1
                    )
            )
        }
    }

    @Test("a command for no database is wrong usage")
    func noDatabase() async throws {
        let server = try await TestServer.shared()
        #expect(
            try await server.cronmill(["enable"])
                == ProgramResult(
                    output: "",
                    errors: """
                        cronmill: error: no work database is named
                        cronmill: hint: Name one with --database (repeatable) or DB_NAME, or ask for --all.

                        """,
                    exitCode: 64
                )
        )
    }

    @Test("a command in a database that is not set up says how to set it up")
    func notSetUp() async throws {
        try await withDatabases { fixture in
            let result = try await fixture.cronmillHere("enable")
            #expect(
                result
                    == ProgramResult(
                        output: "",
                        errors: """
                            cronmill: error: database "\(fixture.database)" is not set up
                            cronmill: hint: cronmill setup --database \(fixture.database)

                            """,
                        exitCode: 1
                    )
            )
        }
    }
}

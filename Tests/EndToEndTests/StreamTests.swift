import Postgres
import Testing

/// What a program is given besides words: its standard streams, and bytes that are no text.
@Suite("Standard streams and arguments", .timeLimit(.minutes(60)))
struct StreamTests {
    /// Runs `cronmill` by a shell, which says with what streams; `{}` in the text is the program.
    private func shell(_ text: String, _ fixture: Fixture) async throws -> ProgramResult {
        let program = try ProgramResult.cronmillPath()
        return try await ProgramResult.of(
            "/bin/sh",
            ["-c", text.replacing("{}", with: "'\(program)'")],
            environment: fixture.server.environment
        )
    }

    @Test("closed standard streams are not taken for connections: commands do what they do, or say that they cannot")
    func closed() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let database = "--database \(fixture.database)"
            let silent = ProgramResult(output: "", errors: "", exitCode: 0)
            #expect(try await shell("{} pause \(database) --verbose <&- >&- 2>&-", fixture) == silent)
            #expect(try await fixture.rows("select paused from cronmill.processor") == ["t"])
            #expect(
                try await shell("{} status \(database) >&-", fixture).errors
                    == "cronmill: error: could not write to standard output: Bad file descriptor\n"
            )
            #expect(
                try await shell("{} enqueue \(database) --queue work - <&-", fixture).errors
                    == "cronmill: error: could not read standard input: Bad file descriptor\n"
            )
        }
    }

    @Test("an argument that is no UTF-8 is refused, not altered")
    func bytes() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let payload = #""$(printf '"\377"')""#
            let result = try await shell(
                "{} enqueue --database \(fixture.database) --queue work --payload \(payload)",
                fixture
            )
            #expect(
                result
                    == ProgramResult(
                        output: "",
                        errors: "cronmill: error: argument 7 is not UTF-8 text: \"\"\u{fffd}\"\"\n",
                        exitCode: 64
                    )
            )
            #expect(try await fixture.rows("select count(*) from cronmill.task") == ["0"])
        }
    }

    @Test("a URI that names no server means the one of the settings, for config as for other commands")
    func serverOfSettings() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            for command in ["status", "config"] {
                let result = try await fixture.cronmill([command, "--database", "postgresql:///\(fixture.database)"])
                #expect((result.errors, result.exitCode) == ("", 0), "\(command)")
            }
        }
    }
}

import Postgres
import PrivateServer
import Subprocess
import SystemPackage
import Testing

/// What TAB offers, asked as bash asks it.
@Suite("Completions", .timeLimit(.minutes(60)))
struct CompletionTests {
    /// Lets bash load the script and complete a line whose last word is the one the cursor is at.
    private func offers(_ words: [String], on server: TestServer, more: [String: String] = [:]) async throws -> [String]
    {
        let line = (["cronmill"] + words).joined(separator: " ")
        let quoted = (["cronmill"] + words).map { "'\($0)'" }.joined(separator: " ")
        let program = try ProgramResult.cronmillPath()
        let script = """
            PATH=\(FilePath(program).removingLastComponent().string):$PATH
            source <(cronmill --generate-completion-script bash)
            COMP_WORDS=(\(quoted)) COMP_CWORD=\(words.count) COMP_LINE='\(line)' COMP_POINT=\(line.count)
            _cronmill cronmill '\(words.last ?? "")' '\(words.dropLast().last ?? "cronmill")'
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        let environment = server.environment.filter { !$0.key.hasPrefix("PG") }.merging(more) { $1 }
        let result = try await ProgramResult.of("/bin/bash", ["-c", script], environment: environment)
        #expect(result.errors == "")
        return result.output.split(separator: "\n").map(String.init)
    }

    /// The same, asked again where nothing came: a server that is busy with other tests may not answer within the two
    /// seconds after which TAB gives up.
    private func offered(
        _ words: [String],
        on server: TestServer,
        more: [String: String] = [:]
    ) async throws -> [String] {
        for _ in 1...20 {
            let words = try await offers(words, on: server, more: more)
            if !words.isEmpty { return words }
        }
        return []
    }

    @Test("databases, queues and processors are offered, those of the databases on the line")
    func names() async throws {
        try await withDatabases(2) { fixture in
            let (here, there) = (fixture.databases[0], fixture.databases[1])
            try await fixture.setUp(queue: "letters")
            let more = try await fixture.cronmillHere(
                "setup",
                "--queue",
                "bills",
                "--handler",
                "app.work",
                "--run-as",
                fixture.runner,
                "--schedule",
                Fixture.never
            )
            try #require(more.exitCode == 0, "\(more.errors)")
            let server = fixture.server
            #expect(try await offered(["status", "--database", here], on: server) == [here])
            #expect(try await offered(["setup", "--database", "postg"], on: server) == ["postgres"])
            #expect(try await offered(["enable", "--database", here, ""], on: server) == ["bills", "letters"])
            #expect(try await offered(["enable", "--database", here, "l"], on: server) == ["letters"])
            #expect(try await offered(["disable", "--database", there, ""], on: server) == ["letters"])
            #expect(
                try await offered(["enqueue", "--database", here, "--queue", ""], on: server) == ["bills", "letters"]
            )
            _ = try await fixture.rows(
                "select cronmill.set_recurring('nightly', 'bills', '0 3 * * *', '{\"payload\": {}}')"
            )
            #expect(try await offered(["recurring", "show", "--database", here, ""], on: server) == ["nightly"])
            #expect(
                try await offered(["runs", "b"], on: server, more: ["DB_NAME": here]) == ["bills"]
            )
        }
    }

    @Test("a name that the shell would expand is not offered, takes no other away, and runs nothing")
    func hostileNames() async throws {
        try await withServer { server in
            let cron = try await server.connect()
            for name in [
                "it's", "$(echo expanded)", "`echo expanded`", "$HOME", "two words", "-f", "büro-1", "部署",
                "\u{d4e}`echo x`",
            ] {
                try await cron.execute("create database \(identifier: name)")
            }
            await cron.close()
            #expect(try await offered(["setup", "--database", ""], on: server) == ["postgres"])
        }
    }

    @Test("where no server answers nothing is offered, and nothing is said")
    func silence() async throws {
        let server = try await TestServer.shared()
        for line in [["status", "--database", ""], ["enable", "--port", "1", ""], ["enqueue", "--queue", ""]] {
            #expect(try await offers(line, on: server, more: ["DB_HOST": "/nonexistent"]) == [])
        }
        #expect(try await offers(["enable", "--database", "nosuch", ""], on: server) == [])
    }
}

import Postgres
import PrivateServer
import Testing

/// Flags that every command has.
@Suite("Flags", .timeLimit(.minutes(60)))
struct FlagTests {
    @Test("a database may be given as a URI, for every command")
    func addresses() async throws {
        try await withDatabases { fixture in
            let server = fixture.server.server
            let folder = server.socketDirectory.replacing("/", with: "%2F")
            let address = "postgresql://\(server.superuser)@\(folder):\(server.port)/\(fixture.database)"
            let short = "postgres:///\(fixture.database)"
            for database in [address, short] {
                let commands = [
                    [
                        "setup", "--queue", "work", "--handler", "app.work", "--run-as", fixture.runner, "--schedule",
                        Fixture.never,
                    ],
                    ["configure", "work", "--slots", "2"],
                    ["enable", "work"],
                    ["pause"],
                    ["resume"],
                    ["disable", "work"],
                    ["enqueue", "--queue", "work", "--payload", #"{"n": 1}"#],
                    ["process", "work"],
                    ["tasks"],
                    ["redrive", "work"],
                    ["purge", "--dead", "30d"],
                    ["status", "work", "--json"],
                    ["runs"],
                    ["stats"],
                    ["server"],
                    ["sync", "--check"],
                    ["remove", "work"],
                    ["remove", "--everything", "--yes"],
                ]
                // Only the address says where: nothing in the environment does, but for the cron database.
                let environment =
                    database == address
                    ? ["DB_HOST": "", "DB_PORT": "", "DB_USER": ""].merging(cron(fixture.server)) { $1 } : [:]
                for command in commands {
                    let result = try await fixture.cronmill(
                        command + ["--database", database],
                        environment: environment
                    )
                    #expect(result.exitCode == 0, "\(command): \(result.errors)")
                    if command.first == "status" { #expect(result.output.contains("\"\(fixture.database)\"")) }
                }
            }
            #expect(try await fixture.done() == [1, 1])
        }
    }

    private func cron(_ server: TestServer) -> [String: String] {
        [
            "PG_CRON_HOST": server.server.socketDirectory, "PG_CRON_PORT": String(server.server.port),
            "PG_CRON_USER": server.server.superuser,
        ]
    }

    @Test("--quiet says nothing but errors")
    func quiet() async throws {
        try await withDatabases { fixture in
            let silent = ProgramResult(output: "", errors: "", exitCode: 0)
            #expect(try await fixture.cronmill(fixture.setupArguments(["--quiet"])) == silent)
            #expect(try await fixture.cronmill(fixture.setupArguments(["--quiet"])) == silent)
            for command in [
                ["enqueue", "--queue", "work", "--payload", #"{"n": 1}"#], ["cancel", "1"], ["redrive"],
                ["purge", "--done", "0"], ["process", "work"], ["enable"], ["pause"],
                ["resume"], ["disable"], ["configure", "work", "--slots", "2"], ["remove", "work"],
            ] {
                let result = try await fixture.cronmill(command + ["--quiet", "--database", fixture.database])
                #expect(result == silent, "\(command)")
            }
            let error = try await fixture.cronmillHere("enable", "nothing", "--quiet")
            #expect(error.errors.hasPrefix("cronmill: error: processor \"nothing\" does not exist"))
        }
    }

    @Test("--verbose shows statements and how long they took, but no value and no secret")
    func verbose() async throws {
        try await withDatabases { fixture in
            let environment = ["DB_PASSWORD": "open sesame", "PG_CRON_PASSWORD": "shut sesame"]
            let setup = try await fixture.cronmill(fixture.setupArguments(["--verbose"]), environment: environment)
            #expect(setup.exitCode == 0, "\(setup.errors)")
            let enqueue = try await fixture.cronmill(
                [
                    "enqueue", "--verbose", "--database", fixture.database, "--queue", "work", "--payload",
                    #"{"n": 1, "word": "abracadabra"}"#,
                ],
                environment: environment
            )
            #expect(enqueue.exitCode == 0, "\(enqueue.errors)")
            let line = /\n[a-z0-9_]+: (<1|[0-9.]+) (ms|s): (select|insert|create|begin|commit|copy)/
            for result in [setup, enqueue] {
                #expect(result.output == "")
                #expect("\n\(result.errors)".contains(line))
                #expect(!result.errors.contains("sesame"))
                #expect(!result.errors.contains("abracadabra"))
            }
            let link = try await fixture.rows(
                "select unnest(m.umoptions) from pg_user_mappings as m where m.srvname = 'cronmill'"
            )
            let password = try #require(link.first { $0.hasPrefix("password=") }).dropFirst("password=".count)
            #expect(password.count == 64)
            #expect(!setup.errors.contains(password))
        }
    }
}

import Postgres
import PrivateServer
import Testing

/// Flags that every command has.
@Suite("Flags", .timeLimit(.minutes(60)))
struct FlagTests {
    @Test("a database may be given as a URI, for every command")
    func addresses() async throws {
        try await withDatabases { place in
            let server = place.server.server
            let folder = server.socketDirectory.replacing("/", with: "%2F")
            let address = "postgresql://\(server.superuser)@\(folder):\(server.port)/\(place.database)"
            let short = "postgres:///\(place.database)"
            for database in [address, short] {
                let commands = [
                    [
                        "setup", "--queue", "work", "--handler", "app.work", "--run-as", place.runner, "--schedule",
                        Workplace.never,
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
                    ["sync", "--check"],
                    ["remove", "work"],
                    ["remove", "--everything", "--yes"],
                ]
                // Only the address says where: nothing in the environment does, but for the cron database.
                let environment =
                    database == address
                    ? ["DB_HOST": "", "DB_PORT": "", "DB_USER": ""].merging(cron(place.server)) { $1 } : [:]
                for command in commands {
                    let result = try await place.cronmill(command + ["--database", database], environment: environment)
                    #expect(result.exitCode == 0, "\(command): \(result.errors)")
                    if command.first == "status" { #expect(result.output.contains("\"\(place.database)\"")) }
                }
            }
            #expect(try await place.done() == [1, 1])
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
        try await withDatabases { place in
            let silent = ProgramResult(output: "", errors: "", exitCode: 0)
            #expect(try await place.cronmill(place.setupArguments(["--quiet"])) == silent)
            #expect(try await place.cronmill(place.setupArguments(["--quiet"])) == silent)
            for command in [
                ["enqueue", "--queue", "work", "--payload", #"{"n": 1}"#], ["cancel", "1"], ["redrive"],
                ["purge", "--done", "0"], ["process", "work"], ["enable"], ["pause"],
                ["resume"], ["disable"], ["configure", "work", "--slots", "2"], ["remove", "work"],
            ] {
                let result = try await place.cronmill(command + ["--quiet", "--database", place.database])
                #expect(result == silent, "\(command)")
            }
            let error = try await place.cronmillHere("enable", "nothing", "--quiet")
            #expect(error.errors.hasPrefix("cronmill: error: processor \"nothing\" does not exist"))
        }
    }

    @Test("--verbose shows statements and how long they took, but no value and no secret")
    func verbose() async throws {
        try await withDatabases { place in
            let environment = ["DB_PASSWORD": "open sesame", "PG_CRON_PASSWORD": "shut sesame"]
            let setup = try await place.cronmill(place.setupArguments(["--verbose"]), environment: environment)
            #expect(setup.exitCode == 0, "\(setup.errors)")
            let enqueue = try await place.cronmill(
                [
                    "enqueue", "--verbose", "--database", place.database, "--queue", "work", "--payload",
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
            let link = try await place.rows(
                "select unnest(m.umoptions) from pg_user_mappings as m where m.srvname = 'cronmill'"
            )
            let password = try #require(link.first { $0.hasPrefix("password=") }).dropFirst("password=".count)
            #expect(password.count == 64)
            #expect(!setup.errors.contains(password))
        }
    }
}

import Postgres
import PrivateServer
import Testing

/// Through a pooler in transaction mode, where the next transaction is somebody else's.
@Suite("Poolers", .timeLimit(.minutes(60)))
struct PoolerTests {
    @Test("every command works through a pooler in transaction mode and leaves neither a setting nor a lock with it")
    func mainJob() async throws {
        try await withServer { server in
            try await withDatabases(on: server) { fixture in
                try await Pooler.with(server, roles: [fixture.runner]) { pooler in
                    let database = fixture.database
                    func cronmill(_ arguments: [String], input: String = "") async throws -> ProgramResult {
                        let result = try await fixture.cronmill(
                            arguments,
                            environment: pooler.environment,
                            input: Array(input.utf8)
                        )
                        for name in [database, "postgres"] {
                            #expect(try await pooler.leavings(in: name) == [], "\(arguments)")
                        }
                        return result
                    }
                    let commands: [[String]] = [
                        ["config"], ["enqueue", "--queue", "work", "-"],
                        ["enqueue", "--queue", "work", "--unique-key", "one", "-"], ["status"],
                        ["configure", "work", "--slots", "2"], ["enable"], ["tasks"], ["stats"], ["runs"], ["sync"],
                        ["check-permissions"], ["export"], ["prune"], ["disable"], ["remove", "--everything", "--yes"],
                    ]
                    let setup = try await cronmill(fixture.setupArguments([]))
                    #expect(setup.exitCode == 0, "\(setup.errors)")
                    for command in commands {
                        let input = command[0] == "enqueue" ? "{\"n\": 1}\n" : ""
                        let result = try await cronmill(command + ["--database", database], input: input)
                        #expect(result.exitCode == 0, "\(command): \(result.errors)")
                    }
                    let rest = try await cronmill(["remove", "--cron", "--yes"])
                    #expect(rest.exitCode == 0, "\(rest.errors)")
                }
            }
        }
    }

    @Test("a pooler is recognised: config and setup say it, and process refuses it")
    func recognised() async throws {
        try await withServer { server in
            try await withDatabases(on: server) { fixture in
                try await Pooler.with(server, roles: [fixture.runner]) { pooler in
                    let setup = try await fixture.cronmill(fixture.setupArguments([]), environment: pooler.environment)
                    #expect(setup.exitCode == 0)
                    #expect(
                        setup.errors.contains(
                            "The connection to database \"\(fixture.database)\" goes through a pooler; only cronmill process "
                                + "needs the server itself (--host, --port).\n"
                        )
                    )
                    let here = ["--database", fixture.database]
                    func results(_ environment: [String: String]) async throws -> [String] {
                        try await fixture.cronmill(["config"] + here, environment: environment).output
                            .split(separator: "\n").suffix(2).map {
                                $0.contains("through a pooler") ? "pooler" : "direct"
                            }
                    }
                    #expect(try await results(pooler.environment) == ["pooler", "pooler"])
                    #expect(try await results([:]) == ["direct", "direct"])
                    let process = try await fixture.cronmill(
                        ["process", "work"] + here,
                        environment: pooler.environment
                    )
                    #expect(process.exitCode == 1)
                    #expect(
                        process.errors.hasPrefix(
                            "cronmill: error: processor \"work\" cannot be worked by hand through a connection pooler\n"
                        )
                    )
                    #expect(try await fixture.cronmill(["process", "work"] + here).exitCode == 0)
                }
            }
        }
    }

    @Test("a set-up that waits for another one says for whom")
    func waiting() async throws {
        try await withServer { server in
            try await withDatabases(on: server) { fixture in
                let holder = try await fixture.connect("postgres")
                let pid = try await holder.run { session in
                    try session.openTransaction()
                    try session.execute("select pg_advisory_xact_lock(1668443502, 0)")
                    return session.processID
                }
                async let setup = fixture.cronmill(fixture.setupArguments([]))
                // The other one ends when this one has waited for a while.
                try await eventually("the set-up waits") {
                    try await fixture.cronRows(
                        "select count(*) from pg_stat_activity as a where a.query like '%pg_advisory_xact_lock(1668443502%' and a.state = 'active' and a.xact_start < clock_timestamp() - interval '4 s'"
                    ) == ["1"]
                }
                await holder.close()
                let result = try await setup
                #expect(result.exitCode == 0)
                #expect(
                    result.errors.hasPrefix(
                        "waiting for another set-up of database \"postgres\": server process \(pid) of role "
                            + "\"\(server.server.superuser)\" (end-to-end-tests) holds its lock\n"
                    )
                )
            }
        }
    }
}

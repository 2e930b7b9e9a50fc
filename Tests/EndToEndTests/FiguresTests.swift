import Foundation
import Postgres
import PrivateServer
import Testing

/// What the console tells machines of the server, with a real standby.
@Suite("Figures", .timeLimit(.minutes(60)))
struct FiguresTests {
    private static func body(_ console: ServedConsole, _ path: String, _ options: [String]) async throws
        -> [String: Any]
    {
        let reply = try await console.get(path, options)
        try #require(reply.status == 200, "\(path): \(reply.body)")
        return try #require(try JSONSerialization.jsonObject(with: Data(reply.body.utf8)) as? [String: Any])
    }

    @Test("primary, replica and replication are those of the server; a standby that is lost is missed")
    func replication() async throws {
        try await withStandby { server, standby in
            try await withDatabases(named: ["shop"], on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp("--enable")
                try await ServedConsole.run(server, ["--expect-standbys", "1"]) { console in
                    let cookie = try await console.logIn()
                    try await eventually("the standby is seen", within: .seconds(30)) {
                        try await console.get("api/v1/server/replica").status == 200
                    }
                    let primary = try await console.get("api/v1/server/primary")
                    #expect(primary.status == 200 && primary.body == "{\n  \"status\": \"pass\"\n}\n")
                    for lag in ["", "1x", "-1", "16mb", "99999999TB"] {
                        let reply = try await console.get("api/v1/server/replica?lag=\(lag)")
                        #expect(reply.status == 400 && reply.fields["content-type"] == "application/problem+json")
                    }
                    for path in ["replication", "replication/lag", "databases/size", "connections", "alarms"] {
                        #expect(try await console.get("api/v1/\(path)").status == 401, "\(path)")
                        #expect(try await console.get("api/v1/\(path)?x=1", cookie).status == 400, "\(path)")
                    }
                    let seen = try await Self.body(console, "api/v1/replication", cookie)
                    #expect((seen["standbys"] as? [[String: Any]])?.map { $0["state"] as? String } == ["streaming"])
                    #expect(seen["expected_standbys"] as? Int == 1)
                    let sizes = try await Self.body(console, "api/v1/databases/size", cookie)
                    let size = (sizes["databases"] as? [[String: Any]])?.first { $0["database"] as? String == "shop" }
                    #expect(size?["bytes"] as? Int ?? 0 > 1_000_000)
                    let connections = try await Self.body(console, "api/v1/connections", cookie)
                    #expect((connections["connections"] as? [String: Any])?["limit"] as? Int == 200)
                    #expect(try await Self.body(console, "api/v1/environment", cookie)["cronmill"] is String)
                    #expect(try await Self.body(console, "api/v1/alarms", cookie)["alarms"] is [Any])

                    let far = try await standby.connect()
                    try await far.execute("select pg_wal_replay_pause()")
                    try await fixture.enqueue(2_000)
                    try await eventually("it is behind", within: .seconds(30)) {
                        try await console.get("api/v1/server/replica?lag=10kB").status == 503
                    }
                    #expect(try await console.get("api/v1/server/replica?lag=1GB").status == 200)
                    try await far.execute("select pg_wal_replay_resume()")
                    await far.close()
                    try await eventually("it has caught up", within: .seconds(30)) {
                        try await console.get("api/v1/server/replica?lag=10kB").status == 200
                    }
                    try await Self.seeHistory(console, fixture, cookie)
                    let metrics = try await console.get("metrics", cookie).body
                    for start in [
                        "cronmill_standbys 1\n", "cronmill_standbys_expected 1\n", "cronmill_history_rows ",
                        "cronmill_replication_replay_lag_bytes{standby=\"", "cronmill_connections{state=\"active\"} ",
                        "cronmill_database_size_bytes{database=\"shop\"} ",
                    ] { #expect(metrics.contains("\n" + start), "\(start)") }

                    await standby.server.stop()
                    try await eventually("it is missed", within: .seconds(30)) {
                        try await console.get("api/v1/server/replica").status == 503
                    }
                    #expect(try await console.get("metrics", cookie).body.contains("cronmill_standbys 0\n"))
                    #expect(
                        try await console.get("api/v1/health", cookie).body.contains("0 of 1 standby is connected.")
                    )
                }
            }
        }
    }

    /// It is told as soon as the server has statistics of it.
    private static func seeHistory(_ console: ServedConsole, _ fixture: Fixture, _ cookie: [String]) async throws {
        try await eventually("the history is told", within: .seconds(30)) {
            try await fixture.script("analyze cron.job_run_details", in: "postgres")
            return try await console.get("metrics", cookie).body.contains("\ncronmill_history_rows ")
        }
    }

    @Test("a role that may not see replication gets 403, and of connections the limit and no zeros")
    func rights() async throws {
        try await withDatabases(waitsForTurn: false) { fixture in
            try await fixture.setUp("--enable")
            let role = "figures of \(fixture.database)"
            try await fixture.server.makeRole(role)
            let granted = try await fixture.cronmillHere("grant", "monitor", role)
            try #require(granted.exitCode == 0, "\(granted.errors)")
            try await ServedConsole.run(fixture.server, ["--user", role]) { console in
                let cookie = try await console.logIn()
                try await eventually("the server is seen", within: .seconds(30)) {
                    try await console.get("api/v1/server/primary").status == 200
                }
                for path in ["replication", "replication/lag", "server/replica"] {
                    let reply = try await console.get("api/v1/\(path)", cookie)
                    #expect(reply.status == 403 && reply.fields["content-type"] == "application/problem+json")
                }
                let reply = try await console.get("api/v1/connections", cookie).body
                #expect(reply.contains("\"partial\": true") && reply.contains("\"in_use\": null"))
                try await Self.seeHistory(console, fixture, cookie)
                let metrics = try await console.get("metrics", cookie).body
                for name in ["connections", "standbys", "replication"] {
                    #expect(!metrics.contains("cronmill_\(name)"))
                }
            }
        }
    }
}

@testable import Cronmill
import Postgres
import PrivateServer
import Synchronization
import Testing

/// The one session that the console keeps, of the cron database.
@Suite("Serve: its session", .timeLimit(.minutes(60)))
struct ServeSessionTests {
    /// Processes of the console's that have looked more than once.
    private static func kept(_ fixture: Fixture) async throws -> [String] {
        try await fixture.cronRows(
            """
            select pid from pg_stat_activity
            where datname = current_database() and application_name = 'cronmill' and pid <> pg_backend_pid()
                and query_start > backend_start + interval '4 seconds'
            """
        )
    }

    @Test(
        "is the same from one look to the next, none is left in a work database, and of one that is cut off nobody hears"
    )
    func kept() async throws {
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp("--enable")
                let (said, _) = try await ServedConsole.run(server) { console in
                    let cookie = try await console.logIn()
                    try await eventually("a session is kept") { try await Self.kept(fixture).count == 1 }
                    #expect(
                        try await fixture.rows(
                            "select pid from pg_stat_activity where application_name = 'cronmill' and datname = \(fixture.database) and state = 'idle'"
                        ) == []
                    )
                    let first = try await Self.kept(fixture)
                    _ = try await fixture.cronRows("select pg_terminate_backend(\(unsafeRaw: first[0]))")
                    try await eventually("another one is") {
                        let metrics = try await console.get("metrics", cookie).body
                        #expect(metrics.contains("\ncronmill_cron_up 1\n"))
                        let next = try await Self.kept(fixture)
                        return next.count == 1 && next != first
                    }
                }
                #expect(!said.contains("no answer"), "\(said)")
            }
        }
    }

    /// Reads the registry, and says by which process.
    private static func read(_ registry: RegistryConnection, _ pids: Pids) async throws {
        try await registry.read { session in
            let pid: Int32 = try session.one("select pg_backend_pid() as pid").get("pid")
            pids.seen.withLock { $0.append(String(pid)) }
            _ = try session.query("select i.schema_version from cronmill_cron.installation as i")
        }
    }

    private final class Pids: Sendable {
        let seen = Mutex<[String]>([])
        var all: [String] { seen.withLock { $0 } }
    }

    private static func withRegistry(_ body: (Fixture, RegistryConnection, Pids) async throws -> Void) async throws {
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp()
                let registry = RegistryConnection(server.deployment)
                try await body(fixture, registry, Pids())
                await registry.close()
            }
        }
    }

    @Test("is asked each time whether who is trusted less may create something in the registry's schema")
    func trust() async throws {
        try await Self.withRegistry { fixture, registry, pids in
            for _ in 1...2 { try await Self.read(registry, pids) }
            try await fixture.script("grant create on schema cronmill_cron to \(fixture.runner)", in: "postgres")
            let error = try await expectedError { try await Self.read(registry, pids) }
            #expect(error.message.contains("has the privilege create on schema cronmill_cron"), "\(error)")
            // In the very session that was kept.
            #expect(pids.all.count == 3 && Set(pids.all).count == 1)
            try await fixture.script("revoke create on schema cronmill_cron from \(fixture.runner)", in: "postgres")
            try await Self.read(registry, pids)
        }
    }

    @Test("is made anew where it was ended, or does not answer", arguments: ["-TERM", "-STOP"])
    func lost(signal: String) async throws {
        try await Self.withRegistry { _, registry, pids in
            try await Self.read(registry, pids)
            let first = pids.all[0]
            func kill(_ signal: String) async throws {
                let killed = try await ProgramResult.of("/bin/kill", [signal, first], environment: [:])
                try #require(killed.exitCode == 0, "\(killed.errors)")
            }
            try await kill(signal)
            try await Self.read(registry, pids)
            #expect(Set(pids.all).count == 2)
            if signal == "-STOP" { try await kill("-CONT") }
        }
    }
}

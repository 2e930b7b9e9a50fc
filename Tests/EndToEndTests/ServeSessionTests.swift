import Postgres
import PrivateServer
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

    private static func withConsole(
        _ body: (Fixture, _ isUp: () async throws -> Bool) async throws -> Void
    ) async throws -> String {
        var said = ""
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp("--enable")
                (said, _) = try await ServedConsole.run(server) { console in
                    let cookie = try await console.logIn()
                    try await body(fixture) {
                        try await console.get("metrics", cookie).body.contains("\ncronmill_cron_up 1\n")
                    }
                }
            }
        }
        return said
    }

    @Test(
        "is the same from one look to the next, none is left in a work database, and of one that is cut off nobody hears"
    )
    func kept() async throws {
        let said = try await Self.withConsole { fixture, isUp in
            try await eventually("a session is kept") { try await Self.kept(fixture).count == 1 }
            #expect(
                try await fixture.rows(
                    "select pid from pg_stat_activity where application_name = 'cronmill' and datname = \(fixture.database) and state = 'idle'"
                ) == []
            )
            let first = try await Self.kept(fixture)
            _ = try await fixture.cronRows("select pg_terminate_backend(\(unsafeRaw: first[0]))")
            try await eventually("another one is") {
                #expect(try await isUp())
                let next = try await Self.kept(fixture)
                return next.count == 1 && next != first
            }
        }
        #expect(!said.contains("no answer"), "\(said)")
    }

    @Test(
        "reads nothing more once a role that is trusted less may create something in the registry's schema, until it may not"
    )
    func trust() async throws {
        let said = try await Self.withConsole { fixture, isUp in
            try await eventually("a session is kept") { try await Self.kept(fixture).count == 1 }
            try await fixture.script("grant create on schema cronmill_cron to \(fixture.runner)", in: "postgres")
            try await eventually("the console says that it reads nothing") { try await !isUp() }
            try await fixture.script("revoke create on schema cronmill_cron from \(fixture.runner)", in: "postgres")
            try await eventually("it reads on") { try await isUp() }
        }
        #expect(said.contains("is not read"), "\(said)")
    }
}

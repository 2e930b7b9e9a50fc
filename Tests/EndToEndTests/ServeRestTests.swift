import Postgres
import Testing

/// Databases in which nothing happens, as most of two hundred are.
@Suite("Serve: databases at rest", .timeLimit(.minutes(60)))
struct ServeRestTests {
    /// How long ago it was asked, in seconds.
    private static func age(_ console: ServedConsole, _ cookie: [String], _ database: String) async throws -> Double {
        let metrics = try await console.get("metrics", cookie).body
        let line = metrics.split(separator: "\n").first {
            $0.hasPrefix("cronmill_database_look_age_seconds{database=\"\(database)\"} ")
        }
        return line?.split(separator: " ").last.flatMap { Double($0) } ?? 0
    }

    @Test(
        "one in which nothing is written is asked less often; what is put in, and what the cron database says, is seen in a minute"
    )
    func rest() async throws {
        try await withDatabases(waitsForTurn: false) { fixture in
            try await fixture.setUp()
            try await ServedConsole.run(fixture.server, ["--database", fixture.database]) { console in
                let cookie = try await console.logIn()
                try await eventually("it is not asked for more than a minute", within: .seconds(600)) {
                    try await Self.age(console, cookie, fixture.database) > 100
                }
                #expect(try await console.health(cookie).checks.map(\.verdict) == ["disabled"])
                try await fixture.enqueue(1)
                try await eventually("the task is seen", within: .seconds(90)) {
                    try await console.get("metrics", cookie).body.contains(
                        "cronmill_tasks{database=\"\(fixture.database)\",processor=\"work\",state=\"ready\"} 1"
                    )
                }
                try await eventually("it is left alone again", within: .seconds(600)) {
                    try await Self.age(console, cookie, fixture.database) > 65
                }
                // Nothing is written in the work database by that.
                _ = try await fixture.cronRows(
                    "update cron.job set active = true where database = \(literal: fixture.database)"
                )
                try await eventually("that its job was changed by hand is seen", within: .seconds(90)) {
                    try await console.health(cookie).checks.map(\.verdict) == ["drifted"]
                }
            }
        }
    }
}

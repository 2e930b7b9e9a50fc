import Foundation
import Postgres
import Testing

/// Databases that hang, many of them, beside a few that answer.
@Suite("Serve: databases that hang", .timeLimit(.minutes(60)))
struct ServeHangTests {
    /// More than are asked at once, and in front of the others.
    private static let locked = (1...4).map { "hangs\($0)" }
    private static let heedless = (5...20).map { "hangs\($0)" }
    private static let hanging = locked + heedless
    private static let well = (1...3).map { "well\($0)" }

    /// In seconds, by database.
    private static func ages(_ console: ServedConsole, _ cookie: [String]) async throws -> [String: Double] {
        let metrics = try await console.get("metrics", cookie).body
        let pairs = metrics.matches(of: /\ncronmill_database_look_age_seconds{database="([a-z0-9]+)"} ([0-9.]+)/)
        return Dictionary(uniqueKeysWithValues: pairs.map { (String($0.1), Double($0.2) ?? .infinity) })
    }

    @Test(
        "twenty databases that hang delay three others not, say since when, leave no process behind, and heal"
    )
    func beside() async throws {
        try await withServer { server in
            try await withDatabases(named: Self.hanging + Self.well, on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp("--enable")
                for database in Self.heedless { try await Self.layTrap(fixture, database) }
                try await ServedConsole.run(server) { console in
                    let cookie = try await console.logIn()
                    try await eventually("all are seen", within: .seconds(120)) {
                        try await console.health(cookie).checks.count == 23
                    }
                    let began = Date()
                    let holders = try await Self.hang(fixture)
                    try await eventually("those that hang are not reached", within: .seconds(300)) {
                        try await console.health(cookie).unreachable.count == 20
                    }
                    let found = try await console.health(cookie)
                    #expect(Set(found.checks.map(\.database)) == Set(Self.well))
                    try await Self.observe(console, cookie)
                    // Each has hung for longer than that, and says so, on the page, too.
                    let late = try await console.health(cookie).unreachable
                    #expect(late.map(\.database).sorted() == Self.hanging.sorted())
                    let page = try await console.get("", cookie).body
                    for (one, before) in zip(late, found.unreachable) {
                        #expect(one.since == before.since && one.since > began.formatted(.iso8601), "\(one)")
                        let since = one.since.prefix(19).replacing("T", with: " ")
                        #expect(page.contains("\(one.reason); since \(since) UTC</span>"), "\(one)")
                    }
                    for database in Self.locked {
                        #expect(late.first { $0.database == database }?.reason == "did not answer within two seconds")
                    }

                    for holder in holders { await holder.close() }
                    for database in Self.heedless { try await Self.setHanging(fixture, database, false) }
                    try await eventually("all have healed", within: .seconds(180)) {
                        let health = try await console.health(cookie)
                        return health.unreachable.isEmpty && health.checks.count == 23
                    }
                    try await eventually("no process of those that were given up is left", within: .seconds(60)) {
                        try await fixture.cronRows(
                            "select pid from pg_stat_activity where datname like 'hangs%' and wait_event = 'PgSleep'"
                        ) == []
                    }
                }
            }
        }
    }

    /// For longer than two rounds of all places take where each is kept for half a minute: somebody looks at those that answer,
    /// so that they are asked every five seconds, and a machine that is very busy has a few times that.
    private static func observe(_ console: ServedConsole, _ cookie: [String]) async throws {
        let end = ContinuousClock.now + .seconds(75)
        var oldest = 0.0
        // Until the first page nobody looked.
        _ = try await console.get("?q=db%3Awell*", cookie)
        try await eventually("they are asked more often", within: .seconds(30)) {
            try await ages(console, cookie).filter { well.contains($0.key) }.values.allSatisfy { $0 < 10 }
        }
        while ContinuousClock.now < end {
            let page = try await console.get("?q=db%3Awell*", cookie)
            #expect(page.status == 200 && !page.body.contains("hangs"))
            let ages = try await ages(console, cookie)
            for database in well { oldest = max(oldest, ages[database] ?? .infinity) }
            try await Task.sleep(for: .seconds(2))
        }
        print("oldest look at a database that answers: \(oldest) s")
        #expect(oldest < 25)
    }

    /// Makes what a look reads call a function, which does nothing yet.
    private static func layTrap(_ fixture: Fixture, _ database: String) async throws {
        try await setHanging(fixture, database, false)
        try await fixture.script(
            """
            alter view cronmill.processor_status rename to honest_status;
            create view cronmill.processor_status as select s.* from cronmill.honest_status as s where app.answers()
            """,
            in: database
        )
    }

    /// Those that run it go on as it was.
    private static func setHanging(_ fixture: Fixture, _ database: String, _ hangs: Bool) async throws {
        let hang = "loop begin perform pg_sleep(600); exception when query_canceled then null; end; end loop;"
        try await fixture.script(
            """
            create or replace function app.answers() returns boolean language plpgsql as $$
            begin \(hangs ? hang : "") return true; end $$
            """,
            in: database
        )
    }

    /// Some by a lock on what a look reads, until the connection is closed, and the others by a function that catches every
    /// cancel.
    private static func hang(_ fixture: Fixture) async throws -> [Connection] {
        for database in heedless { try await setHanging(fixture, database, true) }
        var holders: [Connection] = []
        for database in locked {
            let holder = try await fixture.connect(database)
            try await holder.script("begin; lock table cronmill.processor in access exclusive mode")
            holders.append(holder)
        }
        return holders
    }
}

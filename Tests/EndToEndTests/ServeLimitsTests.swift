import Testing

/// What who is trusted less, or not at all, can take of the console.
@Suite("Serve limits", .timeLimit(.minutes(60)))
struct ServeLimitsTests {
    @Test("of a database that gives more than anybody has no more is read; of the others all is shown")
    func rows() async throws {
        try await withDatabases(2, waitsForTurn: false) { fixture in
            try await fixture.setUp("--enable")
            let (hostile, honest) = (fixture.databases[0], fixture.databases[1])
            // Kept whole they would be more than the memory that the console may have.
            let long = ["last_error", "handler_fault", "copy_difference", "recurring_fault", "paused_for"]
            let texts = long.map { ", pg_catalog.repeat('x', 1000) as \($0)" }.joined()
            let nothing = long.map { ", null::text as \($0)" }.joined()
            try await Self.givesInstead(
                "f.*\(texts) from cronmill.found as f, pg_catalog.generate_series(1, 30000)",
                without: long,
                fixture
            )
            let asked = fixture.databases.flatMap { ["--database", $0] }
            let status = try await fixture.cronmill(["status"] + asked)
            #expect(status.exitCode == 1)
            #expect(status.output.contains(honest) && !status.output.contains(hostile))
            #expect(status.errors.contains("cronmill: database \(hostile):"))
            #expect(status.errors.contains("the database gives more than is read of it in answer to a statement"))
            #expect(status.errors.contains("That is 4 MB, or 2000 rows. (in database \"\(hostile)\", SQLSTATE 54000)"))
            try await ServedConsole.run(fixture.server, asked) { console in
                let cookie = try await console.logIn()
                try await Self.up(console, cookie, [hostile: false, honest: true])
                // Not always: a busy machine may take more than the two seconds that a look may take.
                try await eventually("the page says why", within: .seconds(180)) {
                    try await console.get("", cookie).body.contains("gives more than is read of it")
                }
                let memory = try await Self.mostMemory(of: console)
                #expect(memory < 150_000, "\(memory) kB")

                // Numbers and times that no honest database has.
                try await fixture.script(
                    """
                    update cronmill.found
                    set ready = 9223372036854775807, dead = 9223372036854775807, running = 9223372036854775807,
                        slots = 2147483647, done_last_hour = 9223372036854775807,
                        failed_last_hour = 9223372036854775807, attempts_of_late = 9223372036854775807,
                        held = 9223372036854775807, oldest_ready_seconds = 1e15, quiet_since = '-infinity',
                        oldest_ready_at = 'infinity', schedule = '\u{1}<script>', name = repeat('x', 100000);
                    insert into cronmill.found select * from cronmill.found;
                    create or replace view cronmill.processor_status as select f.*\(nothing) from cronmill.found as f;
                    """,
                    in: hostile
                )
                try await Self.up(console, cookie, [hostile: true, honest: true])
                for path in ["", "metrics", "api/v1/health", "database?db=\(hostile)"] {
                    #expect(try await console.get(path, cookie).status != 500, "\(path)")
                }
                let read = try await fixture.cronmill(["status", "--json", "--database", hostile])
                #expect(read.exitCode == 0, "\(read.errors)")
                try await fixture.script("update cronmill.found set oldest_ready_seconds = 'nan'", in: hostile)
                try await Self.up(console, cookie, [hostile: false, honest: true])
            }
        }
    }

    @Test("of a database that gives one value longer than any honest one nothing is read, not even that")
    func value() async throws {
        try await withDatabases(2, waitsForTurn: false) { fixture in
            try await fixture.setUp("--enable")
            let (hostile, honest) = (fixture.databases[0], fixture.databases[1])
            // Of texts no more than a line is asked for; this is none of them.
            try await Self.givesInstead(
                "f.*, pg_catalog.repeat('1', 50000000) as running from cronmill.found as f",
                without: ["running"],
                fixture
            )
            let status = try await fixture.cronmill(["status", "--database", hostile])
            #expect(status.exitCode == 1)
            #expect(status.errors.contains("the database gives more than is read of it in answer to a statement"))
            let asked = fixture.databases.flatMap { ["--database", $0] }
            try await ServedConsole.run(fixture.server, asked) { console in
                let cookie = try await console.logIn()
                try await Self.up(console, cookie, [hostile: false, honest: true])
                // On a busy machine the server may take longer than that to make such a value.
                try await eventually("the page says why", within: .seconds(180)) {
                    let page = try await console.get("", cookie).body
                    return ["gives more than is read of it", "did not answer within two seconds"].contains {
                        page.contains($0)
                    }
                }
                let memory = try await Self.mostMemory(of: console)
                #expect(memory < 150_000, "\(memory) kB")
            }
        }
    }

    @Test("a flood of connections takes no file of those that databases are asked with")
    func descriptors() async throws {
        let server = try await TestServer.shared()
        try await withDatabases(waitsForTurn: false) { fixture in
            try await fixture.setUp("--enable")
            let asked = ["--database", fixture.database]
            let (said, _) = try await ServedConsole.run(fixture.server, asked, descriptors: 128) { console in
                // Those that are not let in wait in the system's queue.
                let flood = try await console.holdRequests(seconds: 12)
                #expect(flood.exitCode == 0, "\(flood.errors)")
                try await eventually("it answers again", within: .seconds(30)) {
                    try await console.get("readyz").status == 200
                }
            }
            #expect(!said.contains("no answer"), "\(said)")
        }
        let few = try await ProgramResult.of(
            "/bin/sh",
            ["-c", "ulimit -n 100; exec \"$0\" serve --listen 127.0.0.1:0", try ProgramResult.cronmillPath()],
            environment: server.environment.filter { !$0.key.hasPrefix("PG") }
        )
        #expect(few.errors.contains("cronmill: error: it may have 100 files open, and needs more than 100 (ulimit -n)"))
        #expect(few.exitCode == 1)
    }

    @Test("SIGTERM ends it within two seconds, also while 64 pages listen and 300 requests are half sent")
    func ending() async throws {
        try await withDatabases(waitsForTurn: false) { fixture in
            try await fixture.setUp("--enable")
            var ending = Duration.seconds(60)
            // What a busy machine takes is not the program's: of a few ends one is in time, and none takes long.
            for _ in 0..<4 where ending >= .seconds(2) {
                ending = try await Self.endWithVisitors(fixture)
                #expect(ending < .seconds(10))
            }
            #expect(ending < .seconds(2))
        }
    }

    /// The first database gives this in place of the view that is read of every one; `cronmill.found` has what that has
    /// now, without some columns.
    private static func givesInstead(_ columns: String, without dropped: [String] = [], _ fixture: Fixture) async throws
    {
        let drops = dropped.map { "alter table cronmill.found drop column \($0);" }.joined()
        try await fixture.script(
            """
            alter view cronmill.processor_status rename to honest_status;
            create table cronmill.found as select * from cronmill.honest_status;
            \(drops)
            create view cronmill.processor_status as select \(columns);
            """,
            in: fixture.databases[0]
        )
    }

    private static func endWithVisitors(_ fixture: Fixture) async throws -> Duration {
        var visitors: [Task<ProgramResult, any Error>] = []
        let (said, ending) = try await ServedConsole.run(fixture.server, ["--database", fixture.database]) { console in
            let cookie = try await console.logIn()
            let isHeard = "\(console.loginFile).heard"
            visitors.append(Task { try await console.listen(times: 64, cookie, thenMake: isHeard) })
            try await eventually("all listen", within: .seconds(60)) {
                try await ProgramResult.of("/usr/bin/test", ["-e", isHeard], environment: [:]).exitCode == 0
            }
            visitors.append(Task { try await console.holdRequests(seconds: 15) })
            try await eventually("all requests are begun", within: .seconds(60)) {
                let files = try await ProgramResult.of("/bin/ls", ["/proc/\(console.process)/fd"], environment: [:])
                let held = try await ProgramResult.of("/usr/bin/test", ["-e", console.holdFile], environment: [:])
                return files.output.split(separator: "\n").count > 364 && held.exitCode == 0
            }
        }
        #expect(said.split(separator: "\n").count == 1 && said.hasPrefix("listening on "), "\(said)")
        // The streams came to an end as HTTP has it.
        let heard = try await visitors[0].value
        #expect(heard.output == String(repeating: "HTTP/1.1 200 OK\r\n", count: 64) + "64 ended\n", "\(heard)")
        #expect(try await visitors[1].value.errors == "open\n")
        return ending
    }

    private static func up(_ console: ServedConsole, _ cookie: [String], _ states: [String: Bool]) async throws {
        try await eventually("databases are up or not: \(states)", within: .seconds(60)) {
            let metrics = try await console.get("metrics", cookie).body
            return states.allSatisfy { database, isUp in
                metrics.contains("cronmill_database_up{database=\"\(database)\"} \(isUp ? 1 : 0)\n")
            }
        }
    }

    /// In kB.
    private static func mostMemory(of console: ServedConsole) async throws -> Int {
        let status = try await ProgramResult.of("/bin/cat", ["/proc/\(console.process)/status"], environment: [:])
        let size = try #require(status.output.firstMatch(of: /VmHWM:\s+(\d+) kB/)).output.1
        return try #require(Int(size))
    }
}

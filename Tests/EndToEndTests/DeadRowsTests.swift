import Postgres
import Testing

/// What an old snapshot keeps of tasks that are done is walked over now and then, not at each look into the queue.
@Suite("Dead rows", .timeLimit(.minutes(60)))
struct DeadRowsTests {
    private static let dead = 300_000

    /// A queue that is empty but for what a snapshot keeps, which is held meanwhile.
    private static func withDeadRows(_ body: (Fixture) async throws -> Void) async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--linger", "6s")
            let holder = try await fixture.connect()
            try await holder.script("begin isolation level repeatable read; select 1")
            try await fixture.enqueue(dead)
            try await fixture.call(slot: 0)
            try #require(try await fixture.rows("select count(*) from cronmill.task") == ["0"])
            try await body(fixture)
            await holder.close()
        }
    }

    /// How many entries of the index that claims look at have been read, by sessions that have ended.
    private static func read(_ fixture: Fixture) async throws -> Int {
        let rows = try await fixture.rows(
            "select idx_tup_read from pg_stat_user_indexes where indexrelname = 'task_pkey'"
        )
        return try #require(Int(rows[0]))
    }

    private static func readByRun(_ fixture: Fixture) async throws -> Int {
        let before = try await read(fixture)
        try await fixture.call()
        return try await read(fixture) - before
    }

    @Test("an idle run walks over them every two seconds at most, and the next run goes on from there")
    func idle() async throws {
        try await Self.withDeadRows { fixture in
            // Twice at its start, and by the first look after that; thrice in six seconds; once for what is pushed to the registry.
            // At each look it would be many more.
            let first = try await Self.readByRun(fixture)
            #expect(first >= Self.dead && first < 15 * Self.dead, "\(first)")
            // As if the last look from the beginning had taken three seconds.
            try await fixture.script(
                """
                update cronmill.slot
                set full_scan_at = clock_timestamp() + interval '1 minute', scan_took = '3 seconds'
                where full_scan_at is not null
                """
            )
            let next = try await Self.readByRun(fixture)
            #expect(next < 2 * Self.dead, "\(next)")
        }
    }

    @Test("a task that stands behind the mark of the last run is done by the next, when its full scan is due")
    func behind() async throws {
        try await Self.withDeadRows { fixture in
            try await fixture.call()
            #expect(try await fixture.rows("select count(full_scan_at) from cronmill.slot where slot = 1") == ["1"])
            try await fixture.script(
                """
                update cronmill.slot set full_scan_at = clock_timestamp() + interval '3 seconds'
                where slot = 1;
                select cronmill.enqueue('work', '{"n": 0}', run_at => now() - interval '1 hour')
                """
            )
            try await fixture.call()
            #expect(try await fixture.rows("select count(*) from cronmill.task") == ["0"])
        }
    }

    @Test(
        "from the beginning looks who comes after an unclean end, and who finds what cannot be, or may sleep",
        arguments: [
            "cronmill.slot set start_number = start_number + 1",
            "cronmill.slot set full_scan_at = now() + interval '1 year'",
            "cronmill.slot set ended_at = now() + interval '1 minute'", "cronmill.slot set mark_at = mark_at[1:9]",
            "cronmill.slot set mark_at[3] = 'infinity'", "cronmill.slot set mark_id[3] = null",
            "cronmill.processor set sleep_after = '1 minute'",
        ]
    )
    func fromTheBeginning(change: String) async throws {
        try await Self.withDeadRows { fixture in
            try await fixture.call()
            try #require(
                try await fixture.rows("select count(full_scan_at) from cronmill.slot where slot = 1") == ["1"]
            )
            try await fixture.script(
                """
                update cronmill.slot set full_scan_at = clock_timestamp() + interval '4 minutes' where slot = 1;
                update \(change);
                select cronmill.enqueue('work', '{"n": 0}', run_at => now() - interval '1 hour')
                """
            )
            try await fixture.call()
            #expect(try await fixture.rows("select count(*) from cronmill.task") == ["0"])
        }
    }
}

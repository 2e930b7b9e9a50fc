import Postgres
import Testing

/// The mark from which the slots of a queue claim next, in sequences that each of them changes before it commits.
@Suite("Shared mark", .timeLimit(.minutes(60)))
struct SharedMarkTests {
    /// Which queue and priority each register of marks is of, where it is of one.
    private static let marks: SQL = """
        select mark_of, mark_id > 0 as is_somewhere
        from generate_series(0, 7) as r (register)
        cross join lateral (
            select
                pg_sequence_last_value(format('cronmill.mark_%s_of', r.register)::regclass) as mark_of,
                pg_sequence_last_value(format('cronmill.mark_%s_id', r.register)::regclass) as mark_id
        ) as m
        where mark_of is not null
        """

    /// Has the slots drain the queue, one session each.
    private static func drain(_ fixture: Fixture, slots: Int) async throws {
        try await withThrowingTaskGroup { group in
            for slot in 1...slots { group.addTask { try await fixture.call(slot: slot) } }
            try await group.waitForAll()
        }
    }

    @Test("several slots say up to where they claimed; one slot, and slots that do each task alone, do not")
    func told() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--slots", "1")
            try await fixture.enqueue(2000)
            try await Self.drain(fixture, slots: 1)
            #expect(try await fixture.rows(Self.marks) == [])
            try await fixture.setUp("--slots", "2", "--alone", "on")
            try await fixture.enqueue(20)
            try await Self.drain(fixture, slots: 2)
            #expect(try await fixture.rows(Self.marks) == [])
            try await fixture.setUp("--alone", "off")
            try await fixture.enqueue(20_000)
            try await Self.drain(fixture, slots: 2)
            #expect(try await fixture.rows("select count(*) from cronmill.task") == ["0"])
            #expect(try await fixture.rows(Self.marks) == ["16|t"])
        }
    }

    @Test("a mark that is wrong, and a stranger who holds all of their locks, cost time and no task")
    func wrong() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--slots", "2")
            try await fixture.enqueue(20_000)
            // Of the queue, and far ahead of all of it.
            try await fixture.script(
                """
                select setval('cronmill.mark_1_at', 7000000000000000), setval('cronmill.mark_1_id', 1),
                    setval('cronmill.mark_1_of', 16)
                """
            )
            let stranger = try await fixture.connect()
            try await stranger.script(
                "select pg_advisory_lock(cronmill.lock_class('mark'), r) from generate_series(0, 7) as r"
            )
            try await Self.drain(fixture, slots: 2)
            await stranger.close()
            #expect(try await fixture.done() == Array(1...20_000))
        }
    }

    @Test("what a killed slot had reserved is done by another")
    func behind() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--slots", "2")
            try await fixture.script(
                """
                grant select on app.done to public;
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    -- Of a batch of several.
                    if payload ->> 'n' = '30' and not exists (select from app.done where n = 3000) then
                        perform pg_sleep(60);
                    end if;
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                end $$
                """
            )
            try await fixture.enqueue(3000)
            async let first: Void = fixture.call(slot: 1)
            try await eventually("the first is in its batch", within: .seconds(20)) {
                try await fixture.rows(
                    "select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'"
                ) == ["1"]
            }
            async let second: Void = fixture.call(slot: 2)
            try await eventually("the second has done the rest", within: .seconds(60)) {
                try await fixture.rows("select count(*) from app.done where n = 3000") == ["1"]
            }
            _ = try await fixture.rows(
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                where datname = current_database() and wait_event = 'PgSleep'
                """
            )
            _ = try? await first
            try await second
            try await fixture.call(slot: 2)
            #expect(try await fixture.done() == Array(1...3000))
        }
    }
}

import Postgres
import Testing

/// Tasks with a group key: of a group one at a time, in the order of their numbers.
@Suite("Groups", .timeLimit(.minutes(60)))
struct GroupTests {
    /// Notes group and number in order, and whether another backend was at work on the group.
    private static let noting = """
        create table app.note (id bigint generated always as identity, grp text, n integer, alone boolean);
        create or replace function app.work(payload jsonb) returns void language plpgsql as $$
        begin
            insert into app.note (grp, n, alone) values (
                payload ->> 'g', (payload ->> 'n')::integer,
                pg_try_advisory_xact_lock(4712, hashtext(payload ->> 'g'))
            );
            perform pg_sleep(0.001);
            if payload ->> 'n' = '3' and payload ? 'fails' and exists (select 1 from app.weather) then
                raise exception 'no';
            end if;
        end $$;
        create table app.weather (is_bad boolean);
        grant select on app.weather to public;
        grant insert on app.note to public
        """

    /// Every group's notes, in the order in which they were written.
    private func notes(_ fixture: Fixture) async throws -> [String] {
        try await fixture.rows(
            "select grp, string_agg(n::text, ' ' order by id) as numbers from app.note group by grp order by grp"
        )
    }

    private func enqueue(_ fixture: Fixture, group: String?, _ numbers: ClosedRange<Int>, more: String = "{}")
        async throws
    {
        _ = try await fixture.rows(
            """
            select count(cronmill.enqueue(
                'work', jsonb_build_object('n', n, 'g', coalesce(\(group)::text, 'none')) || \(more)::jsonb, group_key => \(group)))
            from generate_series(\(numbers.lowerBound)::integer, \(numbers.upperBound)::integer) as n
            """
        )
    }

    @Test("four slots do every group in order, one task at a time, and tasks of no group beside them")
    func inOrder() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--slots", "4")
            try await fixture.script(Self.noting)
            _ = try await fixture.rows(
                """
                select count(cronmill.enqueue('work', jsonb_build_object('n', n, 'g', g), group_key => nullif(g, 'none')))
                from generate_series(1, 100) as n, unnest(array['a', 'b', 'c', 'd', 'none']) as g
                """
            )
            try await withThrowingTaskGroup { group in
                for slot in 1...4 { group.addTask { try await fixture.call(slot: slot) } }
                try await group.waitForAll()
            }
            try await fixture.call()
            let order = (1...100).map(String.init).joined(separator: " ")
            let notes = try await notes(fixture)
            #expect(notes.prefix(4) == ["a|\(order)", "b|\(order)", "c|\(order)", "d|\(order)"])
            #expect(try await fixture.rows("select count(*) from app.note where grp = 'none'") == ["100"])
            #expect(try await fixture.rows("select count(*) from app.note where not alone and grp <> 'none'") == ["0"])
        }
    }

    @Test("a task that waits for its next attempt holds its group up, and no other; then the group goes on in order")
    func retry() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script(Self.noting + "; insert into app.weather values (true)")
            try await enqueue(fixture, group: "a", 1...6, more: #"{"fails": 1}"#)
            try await enqueue(fixture, group: "b", 1...6)
            try await fixture.call()
            #expect(try await notes(fixture) == ["a|1 2", "b|1 2 3 4 5 6"])
            try await fixture.call()
            #expect(try await notes(fixture) == ["a|1 2", "b|1 2 3 4 5 6"])
            try await fixture.script(
                "truncate app.weather; update cronmill.task set run_at = clock_timestamp() where attempts > 0"
            )
            try await fixture.call()
            #expect(try await notes(fixture) == ["a|1 2 3 4 5 6", "b|1 2 3 4 5 6"])
        }
    }

    @Test("a dead task no longer holds its group up")
    func dead() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--max-attempts", "1")
            try await fixture.script(Self.noting + "; insert into app.weather values (true)")
            try await enqueue(fixture, group: "a", 1...6, more: #"{"fails": 1}"#)
            try await fixture.call()
            #expect(try await notes(fixture) == ["a|1 2 4 5 6"])
            #expect(try await fixture.rows("select payload ->> 'n' as n, group_key from cronmill.dead_task") == ["3|a"])
        }
    }

    @Test("a task that arrives late with a lower number waits for the one of its group that is being done")
    func lateCommit() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--slots", "2")
            try await fixture.makeHandlerWait()
            let late = try await fixture.connect()
            try await late.script("begin; select cronmill.enqueue('work', '{\"n\": 1}', group_key => 'a')")
            try await enqueue(fixture, group: "a", 2...2)
            let holder = try await fixture.connect()
            try await holder.execute("select pg_advisory_lock(4711)")
            async let run: Void = fixture.call(slot: 1)
            try await fixture.handlerWaits()
            try await late.script("commit")
            // The other slot finds a free task, but not a free group; it would wait for the holder otherwise.
            try await fixture.call(slot: 2)
            #expect(try await fixture.done() == [])
            try await holder.execute("select pg_advisory_unlock(4711)")
            try await run
            try await fixture.call()
            #expect(try await fixture.done() == [1, 2])
        }
    }

    @Test("any number of tasks of a group that is held up hides no task behind them")
    func behindMany() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            _ = try await fixture.rows(
                """
                select cronmill.enqueue('work', '{"n": 1}', run_at => now() + '1 hour', group_key => 'a'),
                    cronmill.enqueue_many('work', array_agg('{"n": 2}'::jsonb), group_key => 'a'),
                    cronmill.enqueue('work', '{"n": 3}', group_key => 'b'),
                    cronmill.enqueue('work', '{"n": 4}')
                from generate_series(1, 12000)
                """
            )
            try await fixture.call()
            #expect(try await fixture.done() == [3, 4])
        }
    }

    @Test("after an unclean end a group is done in order, too")
    func carefully() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script(Self.noting)
            try await fixture.call()
            try await fixture.script("update cronmill.slot set start_number = start_number + 1")
            try await enqueue(fixture, group: "a", 1...8)
            try await fixture.call()
            #expect(try await notes(fixture) == ["a|1 2 3 4 5 6 7 8"])
            #expect(try await fixture.rows("select count(*) from cronmill.task") == ["0"])
        }
    }
}

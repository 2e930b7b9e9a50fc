import Postgres
import Testing

/// Slots: one backend each, and the ticks they owe.
@Suite("Slots", .timeLimit(.minutes(60)))
struct SlotTests {
    @Test("of two sessions in one slot the later waits for the earlier, and every task is done once")
    func sameSlot() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script(
                """
                create or replace function app.work(payload jsonb) returns void language sql begin atomic
                    select pg_sleep(0.02);
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                end
                """
            )
            try await fixture.enqueue(60)
            async let first: Void = fixture.call()
            async let second: Void = fixture.call()
            _ = try await (first, second)
            #expect(try await fixture.done() == Array(1...60))
            #expect(
                try await fixture.rows(
                    """
                    select count(*) as runs, count(distinct pid) as backends, sum(done) as done,
                        count(*) filter (where exists (
                            select 1 from cronmill.run as o
                            where o.run_id <> r.run_id and tstzrange(o.started_at, o.ended_at) && tstzrange(r.started_at, r.ended_at)
                        )) as overlapping
                    from cronmill.run as r
                    """
                ) == ["2|2|60|0"]
            )
        }
    }

    @Test("a start gives up when its predecessor works on for five seconds")
    func busySlot() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script(
                """
                create or replace function app.work(payload jsonb) returns void language sql begin atomic
                    select pg_sleep(10);
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                end
                """
            )
            try await fixture.enqueue(1)
            async let first: Void = fixture.call()
            try await eventually("the first is at work", within: .seconds(20)) {
                try await fixture.rows("select running from cronmill.processor_status") == ["1"]
            }
            try await fixture.call()
            #expect(try await fixture.rows("select running from cronmill.processor_status") == ["1"])
            try await first
            #expect(try await fixture.done() == [1])
            #expect(try await fixture.rows("select done, end_reason from cronmill.run") == ["1|empty"])
        }
    }

    @Test("four slots together do every task exactly once")
    func fourSlots() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--slots", "4")
            try await fixture.enqueue(20_000)
            try await withThrowingTaskGroup { group in
                for slot in 1...4 {
                    group.addTask { try await fixture.call(slot: slot) }
                }
                try await group.waitForAll()
            }
            #expect(try await fixture.done() == Array(1...20_000))
            #expect(
                try await fixture.rows(
                    "select count(*) as runs, sum(done) as done, sum(failed) as failed from cronmill.run"
                )
                    == ["4|20000|0"]
            )
        }
    }

    @Test("a slot does not wait for the task another slot is at")
    func sideBySide() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--slots", "2")
            try await fixture.script(
                """
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    if payload ->> 'n' = '1' then perform pg_sleep(10); end if;
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                end $$
                """
            )
            try await fixture.enqueue(20)
            async let first: Void = fixture.call(slot: 1)
            try await eventually("the first is at work", within: .seconds(20)) {
                try await fixture.rows("select running from cronmill.processor_status") == ["1"]
            }
            try await fixture.call(slot: 2)
            let meanwhile = try await fixture.done()
            #expect(meanwhile == Array(2...20))
            try await first
            #expect(try await fixture.done() == Array(1...20))
        }
    }

    @Test("a run that ends with the queue looks once more for what it has passed by")
    func passedBy() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.makeHandlerWait()
            try await fixture.enqueue(2)
            let holder = try await fixture.connect()
            try await holder.execute("select pg_advisory_lock(4711)")
            try await holder.execute("begin")
            try await holder.execute("select from cronmill.task where task_id = 1 for update")
            async let run: Void = fixture.call()
            try await fixture.handlerWaits()
            try await holder.execute("rollback")
            try await holder.execute("select pg_advisory_unlock(4711)")
            try await run
            #expect(try await fixture.done() == [1, 2])
            await holder.close()
        }
    }

    @Test("a slot that is too many, or disabled, claims nothing")
    func surplus() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.enqueue(3)
            try await fixture.call(slot: 2)
            #expect(try await fixture.rows("select run_id from cronmill.run") == [])
            try await fixture.call(slot: 1)
            #expect(try await fixture.rows("select done, end_reason from cronmill.run") == ["0|disabled"])
            #expect(try await fixture.done() == [])
        }
    }

    @Test("runs that start just after the last one return at once while ticks are owed")
    func owedTicks() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.call()
            func owe(_ ticks: Int, endedIn seconds: Int) async throws {
                try await fixture.script(
                    """
                    update cronmill.slot
                    set owed_ticks = \(ticks), ended_at = clock_timestamp() + \(seconds) * interval '1 second'
                    """
                )
            }
            let state: SQL = "select s.owed_ticks, (select count(*) from cronmill.run) as runs from cronmill.slot as s"
            try await fixture.enqueue(1)
            try await owe(2, endedIn: 60)
            try await fixture.call()
            #expect(try await fixture.rows(state) == ["1|1"])
            try await owe(1, endedIn: 60)
            try await fixture.call()
            #expect(try await fixture.rows(state) == ["0|1"])
            #expect(try await fixture.done() == [])
            try await fixture.call()
            #expect(try await fixture.rows(state) == ["0|2"])
            #expect(try await fixture.done() == [1])
            // A start that is not the queued one is a real one, and nothing is owed any more.
            try await owe(5, endedIn: -2)
            try await fixture.call()
            #expect(try await fixture.rows(state) == ["0|3"])
        }
    }

    @Test("a run that crossed several minutes of a one-minute schedule owes all but one", arguments: [true, false])
    func crossedTicks(isEveryMinute: Bool) async throws {
        try await withDatabases { fixture in
            try await fixture.setUp(schedule: isEveryMinute ? "* * * * *" : Fixture.never)
            let connection = try await fixture.connect(as: fixture.runner)
            try await connection.script("create temporary table mine as select cronmill.begin_run('work', 1) as run")
            try await fixture.script(
                "update cronmill.slot set started_at = date_trunc('minute', clock_timestamp()) - interval '3 minutes'"
            )
            try await connection.script(
                "select cronmill.end_run((m.run).processor_id, m.run, 'budget', row(0, 0, 0, null, null, 0)) from mine as m"
            )
            // Three ticks crossed, four if the test itself crossed one.
            let crossed = try await fixture.rows(
                """
                select s.owed_ticks, (
                    select count(*) - 1
                    from generate_series(s.started_at + interval '1 minute', s.ended_at, interval '1 minute')
                ) as ticks
                from cronmill.slot as s
                """
            )
            #expect((isEveryMinute ? [["2|2"], ["3|3"]] : [["0|2"], ["0|3"]]).contains(crossed))
        }
    }

    @Test(
        "the end of a run by schedule and linger",
        arguments: [
            ("* * * * *", "tick", "2027-01-01 10:01:00.05"), ("15 seconds", "tick", "2027-01-01 10:00:45.05"),
            ("1 second", "tick", "2027-01-01 10:00:31.05"), ("5 * * * *", "tick", "-"), ("@hourly", "tick", "-"),
            ("* * * * *", "90000000 microseconds", "2027-01-01 10:02:00"),
            ("5 * * * *", "00:00:10", "2027-01-01 10:00:40"),
            ("* * * * *", "0", "-"), ("5 * * * *", "00:00:00", "-"),
        ]
    )
    func runEnd(schedule: String, linger: String, end: String) async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let found = try await fixture.rows(
                "select cronmill.run_end(\(schedule), \(linger), timestamptz '2027-01-01 10:00:30')::timestamp as end"
            )
            #expect(found == [end])
        }
    }

    @Test("what an idle run has done is told soon after, not when it looks next for everything")
    func progress() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--linger", "12s")
            async let run: Void = fixture.call()
            // The second of each pair is done just after what was done has been noted.
            try await fixture.script("create table app.lag (seconds double precision)")
            let watcher = try await fixture.connect()
            try await watcher.script(
                """
                do $$
                declare
                    done_at timestamptz;
                begin
                    for n in 1..10 loop
                        perform cronmill.enqueue('work', jsonb_build_object('n', n));
                        commit;
                        loop
                            perform pg_sleep(0.002);
                            exit when not exists (select from cronmill.task);
                        end loop;
                        done_at := clock_timestamp();
                        loop
                            perform pg_sleep(0.002);
                            exit when exists (select from cronmill.run where done = n);
                        end loop;
                        if n % 2 = 0 then
                            insert into app.lag select extract(epoch from clock_timestamp() - done_at);
                        end if;
                    end loop;
                end $$
                """
            )
            await watcher.close()
            try await run
            #expect(try await fixture.done() == Array(1...10))
            // A quarter of a second as a rule; of five the least, so that a busy machine does no harm.
            #expect(try await fixture.rows("select min(seconds) < 0.75 from app.lag") == ["t"])
        }
    }
}

import Postgres
import Testing

/// Tasks with a unique key.
@Suite("Unique keys", .timeLimit(.minutes(60)))
struct UniqueKeyTests {
    private func enqueue(_ number: Int, key: String, on connection: Connection) async throws -> String {
        let row = try await connection.query(
            "select cronmill.enqueue('work', jsonb_build_object('n', \(number)::bigint), unique_key => \(key)) as task_id"
        ).first
        return try #require(row?["task_id"])
    }

    @Test("a second enqueue of a key that waits returns the first task; another key and another queue make new ones")
    func returnsTheFirst() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.setUp(queue: "other")
            let connection = try await fixture.connect()
            let first = try await enqueue(1, key: "a", on: connection)
            #expect(try await enqueue(2, key: "a", on: connection) == first)
            #expect(try await enqueue(3, key: "b", on: connection) != first)
            let other = try await fixture.rows("select cronmill.enqueue('other', '{}', unique_key => 'a')")
            #expect(other != [first])
            try await fixture.call()
            #expect(try await fixture.done() == [1, 3])
            #expect(try await enqueue(4, key: "a", on: connection) != first)
            try await fixture.call()
            #expect(try await fixture.done() == [1, 3, 4])
        }
    }

    @Test("a claim that began before a task failed does not hold it afterwards: an enqueue of its key does not wait")
    func earlierClaim() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script(
                """
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    raise exception 'no';
                end $$
                """
            )
            let other = try await fixture.connect()
            _ = try await enqueue(1, key: "a", on: other)
            // A cursor sees what was there when it was declared, as a claim does that takes long.
            try await other.execute("begin")
            try await other.execute(
                """
                declare claim cursor for
                    select from cronmill.task where run_at <= clock_timestamp() for update skip locked
                """
            )
            try await fixture.call()
            #expect(try await fixture.rows("select attempts from cronmill.task") == ["1"])
            #expect(try await other.query("fetch all from claim").isEmpty)

            let producer = try await fixture.connect()
            try await producer.execute("set lock_timeout = '1s'")
            _ = try await enqueue(2, key: "a", on: producer)
            #expect(try await fixture.rows("select task_id from cronmill.task for update skip locked") == ["1"])
            await producer.close()
            await other.close()
        }
    }

    @Test("while one runs, an enqueue of its key makes a new task and does not wait for the handler")
    func whileRunning() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.makeHandlerWait()
            let holder = try await fixture.connect()
            try await holder.execute("select pg_advisory_lock(4711)")
            let first = try await enqueue(1, key: "a", on: holder)
            async let run: Void = fixture.call()
            try await fixture.handlerWaits()
            try await holder.execute("set statement_timeout = '5s'")
            let second = try await enqueue(2, key: "a", on: holder)
            #expect(second != first)
            #expect(try await enqueue(3, key: "a", on: holder) == second)
            try await holder.execute("select pg_advisory_unlock(4711)")
            try await run
            try await fixture.call()
            #expect(try await fixture.done() == [1, 2])
        }
    }

    @Test("a task is not begun before the transaction ends that counted on it")
    func waitsForProducer() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            let producer = try await fixture.connect()
            let first = try await enqueue(1, key: "a", on: producer)
            try await producer.execute("begin")
            #expect(try await enqueue(2, key: "a", on: producer) == first)
            try await fixture.call()
            #expect(try await fixture.done() == [])
            try await producer.execute("commit")
            try await fixture.call()
            #expect(try await fixture.done() == [1])
        }
    }

    @Test("no change is lost by producers who count on each other's tasks while slots work them off")
    func concurrently() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--slots", "3")
            // What a handler has seen of a producer's counter is the last it committed before its enqueue, or more.
            try await fixture.script(
                """
                create table app.counter (key text, producer integer, value integer, primary key (key, producer));
                create table app.seen (key text, producer integer, value integer);
                insert into app.counter select k, p, 0 from unnest(array['a', 'b', 'c']) as k, generate_series(1, 4) as p;
                create or replace function app.work(payload jsonb) returns void language sql as $$
                    insert into app.seen select c.key, c.producer, c.value from app.counter as c where c.key = payload ->> 'key'
                $$;
                grant select on app.counter to \(fixture.runner);
                grant insert on app.seen to \(fixture.runner);
                """
            )
            try await withThrowingTaskGroup { group in
                for producer in 1...4 {
                    group.addTask {
                        let connection = try await fixture.connect()
                        for round in 1...60 {
                            let key = ["a", "b", "c"][(round + producer) % 3]
                            try await connection.script(
                                """
                                begin;
                                update app.counter set value = value + 1 where key = '\(key)' and producer = \(producer);
                                select cronmill.enqueue('work', '{"key": "\(key)"}', unique_key => '\(key)');
                                commit;
                                """
                            )
                        }
                        await connection.close()
                    }
                }
                for slot in 1...3 {
                    group.addTask { for _ in 1...10 { try await fixture.call(slot: slot) } }
                }
                try await group.waitForAll()
            }
            try await fixture.call()
            let missed = try await fixture.rows(
                """
                select c.key, c.producer from app.counter as c
                where c.value <> (select max(s.value) from app.seen as s where s.key = c.key and s.producer = c.producer)
                """
            )
            #expect(missed == [])
            #expect(try await fixture.rows("select sum(value) from app.counter") == ["240"])
            #expect(try await fixture.rows("select count(*) from cronmill.task") == ["0"])
        }
    }

    @Test("a task that waits for its next attempt holds its key")
    func holdsKeyForRetry() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script(
                """
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin raise exception 'no'; end $$
                """
            )
            let connection = try await fixture.connect()
            let first = try await enqueue(1, key: "a", on: connection)
            try await fixture.call()
            #expect(try await fixture.rows("select attempts from cronmill.task") == ["1"])
            #expect(try await enqueue(2, key: "a", on: connection) == first)
        }
    }

    @Test("a task that fails while another has got its key waits beside it, and both are done")
    func losesKey() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script(
                """
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    perform pg_advisory_xact_lock_shared(4711);
                    if not exists (select 1 from app.go) then raise exception 'no'; end if;
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                end $$;
                create table app.go (); grant select on app.go to public
                """
            )
            let holder = try await fixture.connect()
            try await holder.execute("select pg_advisory_lock(4711)")
            _ = try await enqueue(1, key: "a", on: holder)
            async let run: Void = fixture.call()
            try await fixture.handlerWaits()
            _ = try await enqueue(2, key: "a", on: holder)
            try await holder.execute("select pg_advisory_unlock(4711)")
            try await run
            try await fixture.script(
                "insert into app.go default values; update cronmill.task set run_at = clock_timestamp()"
            )
            try await fixture.call()
            #expect(try await fixture.done() == [1, 2])
        }
    }

    /// Starts a run and lets it claim: the keys are given up, and no task is begun yet.
    private func takeKeys(_ fixture: Fixture) async throws -> Connection {
        let run = try await fixture.connect(as: fixture.runner)
        try await run.execute("select set_config('test.run', cronmill.begin_run('work', 1)::text, false)")
        try await run.execute("select cronmill.claim(1, 1, 100, 0, false, null::cronmill.claim, false)")
        #expect(try await fixture.rows("select count(*) from cronmill.task where taken_by is not null") == ["2"])
        return run
    }

    @Test(
        "however a run ends, tasks that it has not begun hold their keys",
        arguments: ["paused", "canceled", "budget"]
    )
    func givesBack(reason: String) async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            let producer = try await fixture.connect()
            let first = try await enqueue(1, key: "a", on: producer)
            _ = try await enqueue(2, key: "b", on: producer)
            let run = try await takeKeys(fixture)
            // The other key has been enqueued again meanwhile: both are tasks.
            #expect(try await enqueue(3, key: "b", on: producer) == "3")
            try await run.execute(
                """
                select cronmill.end_run(
                    1, current_setting('test.run')::cronmill.run_start,
                    \(reason), (0, 0, 0, null, null, 0)::cronmill.counters)
                """
            )
            #expect(
                try await fixture.rows("select task_id, taken_by from cronmill.task order by task_id")
                    == ["1|-", "2|0", "3|-"]
            )
            #expect(try await enqueue(4, key: "a", on: producer) == first)
            await run.close()
            try await fixture.call()
            #expect(try await fixture.done() == [1, 2, 3])
        }
    }

    @Test(
        "after a crash an enqueue sees that the slot is gone which has given up the key of a waiting task",
        arguments: [
            "cronmill.enqueue('work', '{}', unique_key => 'a')",
            "cronmill.enqueue_envelopes('work', array['{\"payload\": 1, \"unique_key\": \"a\"}', '{\"payload\": 2}']::jsonb[])",
            "cronmill.adopt_task(1, '{}', 0, 0, null, null, 'a', false)",
        ]
    )
    func slotIsGone(call: String) async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            let producer = try await fixture.connect()
            for (number, key) in [(1, "a"), (2, "b")] { _ = try await enqueue(number, key: key, on: producer) }
            let run = try await takeKeys(fixture)
            #expect(try await enqueue(3, key: "b", on: producer) == "3")
            // The end of its backend, as of one that is killed.
            await run.close()
            try await fixture.whenNoBackendWorks()
            try await producer.execute("select \(unsafeRaw: call)")
            #expect(
                try await fixture.rows(
                    "select unique_key, count(*), max(taken_by) from cronmill.task group by 1 order by 1"
                )
                .filter { !$0.hasPrefix("-") } == ["a|1|-", "b|2|1"]
            )
            try await fixture.call()
            #expect(try await fixture.done().filter { $0 > 0 } == [1, 2, 3])
        }
    }

    @Test("a task whose attempt was lost with its backend holds its key while it waits for the next")
    func attemptIsLost() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            let producer = try await fixture.connect()
            let first = try await enqueue(1, key: "a", on: producer)
            try await fixture.call()
            let again = try await enqueue(2, key: "a", on: producer)
            #expect(again != first)
            try await fixture.script(
                """
                update cronmill.slot set start_number = start_number + 1, started_at = clock_timestamp() - interval '1 hour';
                update cronmill.task
                set attempts = 1, began_at = clock_timestamp() - interval '1 minute', taken_by = 1,
                    run_at = clock_timestamp() + interval '1 hour'
                """
            )
            #expect(try await enqueue(3, key: "a", on: producer) == again)
            #expect(try await fixture.rows("select attempts, taken_by from cronmill.task") == ["1|-"])
        }
    }

    @Test("a key given up for a task that was not begun is held again by the slot's next run")
    func takesBack() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.call()
            _ = try await fixture.rows(
                "select cronmill.enqueue('work', '{\"n\": 1}', run_at => now() + '1 hour', unique_key => 'a')"
            )
            try await fixture.script(
                "update cronmill.task set taken_by = (select s.slot_id from cronmill.slot as s)"
            )
            try await fixture.call()
            #expect(try await fixture.rows("select taken_by from cronmill.task") == ["-"])
        }
    }

    @Test(
        "keys and settings that make no sense are refused",
        arguments: [
            ("unique_key => ''", "a unique key or group key has 1 to 1000 bytes"),
            ("group_key => repeat('x', 1001)", "a unique key or group key has 1 to 1000 bytes"),
            ("timeout => '0'", "timeout 00:00:00 is not positive"),
            ("max_attempts => 0", "max_attempts 0 is not a number from 1 to 10000"),
        ]
    )
    func refused(argument: String, message: String) async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let connection = try await fixture.connect()
            let error = try await expectedError {
                try await connection.execute("select cronmill.enqueue('work', '{}', \(unsafeRaw: argument))")
            }
            #expect(error.message == message)
            #expect(error.sqlState == .invalidParameterValue)
        }
    }
}

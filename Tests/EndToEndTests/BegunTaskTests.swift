import Postgres
import Testing

/// Tasks whose attempt was committed before it is made: nobody may take one for lost that is about to be done.
@Suite("Tasks begun", .timeLimit(.minutes(60)))
struct BegunTaskTests {
    /// What a run does, a statement at a time, on a connection of the run-as role.
    private static let begin: SQL = "select set_config('test.run', cronmill.begin_run('work', 1)::text, false)"
    private static let claim: SQL =
        "select cronmill.claim(1, 1, 1, 1, true, null::cronmill.claim, false)"
    private static func end(_ reason: String) -> SQL {
        """
        select cronmill.end_run(
            1, current_setting('test.run')::cronmill.run_start,
            \(reason), (0, 0, 0, null, null, 0)::cronmill.counters)
        """
    }

    @Test("a task that a run has begun is left to it until that run has ended, however long it takes to begin")
    func leftToItsRun() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--slots", "2")
            try await fixture.call()
            try await fixture.enqueue(1)
            try await fixture.script(
                """
                update cronmill.task
                set attempts = 1, began_at = clock_timestamp(), run_at = clock_timestamp(),
                    taken_by = (select s.slot_id from cronmill.slot as s)
                """
            )
            let run = try await fixture.connect(as: fixture.runner)
            let slot = try await fixture.rows("select s.slot_id from cronmill.slot as s")[0]
            try await run.execute("select pg_advisory_lock(1668443500, \(unsafeRaw: slot))")
            try await fixture.call(slot: 2)
            #expect(try await fixture.done() == [])
            #expect(try await fixture.rows("select attempts from cronmill.task") == ["1"])

            await run.close()
            try await eventually("the lock is free") {
                try await fixture.rows(
                    """
                    select 1 from pg_locks as l join pg_database as d on d.oid = l.database
                    where d.datname = current_database() and l.locktype = 'advisory'
                    """
                ) == []
            }
            try await fixture.call(slot: 2)
            #expect(try await fixture.done() == [1])
        }
    }

    @Test(
        "an attempt that could not be made because somebody held the task is not charged, and given back at the end",
        arguments: ["empty", "canceled"]
    )
    func unmade(endReason: String) async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--max-attempts", "1")
            try await fixture.script("update cronmill.processor set backoff_base = '10 milliseconds'")
            try await fixture.enqueue(1)
            let run = try await fixture.connect(as: fixture.runner)
            try await run.execute(Self.begin)
            try await run.execute(Self.claim)
            let begun = try await fixture.rows("select task_id, ctid, attempts from cronmill.task")
            #expect(begun == ["1|(0,2)|1"])

            let other = try await fixture.connect()
            try await other.execute("begin")
            try await other.execute("select from cronmill.task for update")
            try await run.execute("select cronmill.give_back(1, 1, '(0,2)')")
            try await other.execute("rollback")
            #expect(try await fixture.rows("select attempts from cronmill.task where began_at is not null") == ["1"])

            try await run.execute(Self.claim)
            #expect(try await fixture.rows("select attempts from cronmill.task where began_at is not null") == ["1"])
            try await run.execute(Self.end(endReason))
            #expect(try await fixture.rows("select attempts from cronmill.task where began_at is null") == ["0"])
            await run.close()
            await other.close()
            try await fixture.call()
            #expect(try await fixture.done() == [1])
        }
    }

    @Test("an attempt that somebody held to the end of its run is charged by no later one", arguments: [1, 2])
    func heldToTheEnd(slot: Int) async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--slots", "2", "--max-attempts", "1")
            try await fixture.script("update cronmill.processor set backoff_base = '10 milliseconds'")
            try await fixture.enqueue(1)
            let run = try await fixture.connect(as: fixture.runner)
            try await run.execute(Self.begin)
            try await run.execute(Self.claim)
            let other = try await fixture.connect()
            try await other.execute("begin")
            try await other.execute("select from cronmill.task for update")
            try await run.execute(Self.end("empty"))
            try await run.execute("select pg_advisory_unlock_all()")
            try await other.execute("rollback")
            #expect(try await fixture.rows("select attempts from cronmill.task where began_at is not null") == ["1"])
            try await fixture.call(slot: slot)
            #expect(try await fixture.done() == [1])
            await run.close()
            await other.close()
        }
    }

    @Test("a producer who waits for the key of a task that is being begun does not hold the task then")
    func waitingProducer() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            let enqueue: SQL = "select cronmill.enqueue('work', '{\"n\": 1}', unique_key => 'a')"
            let run = try await fixture.connect()
            try await run.execute(enqueue)
            try await run.execute("set session authorization \(identifier: fixture.runner)")
            try await run.execute(Self.begin)
            try await run.execute("reset session authorization")
            try await run.execute("begin")
            // The claim does this first; here it does not go on before the producer has come.
            try await run.execute("select from cronmill.task for update")
            let producer = try await fixture.connect()
            try await producer.execute("begin")
            async let second = producer.execute(enqueue)
            try await eventually("the producer waits") {
                try await fixture.rows(
                    """
                    select count(*) from pg_stat_activity
                    where datname = current_database() and wait_event_type = 'Lock'
                    """
                ) == ["1"]
            }
            try await run.execute("set session authorization \(identifier: fixture.runner)")
            try await run.execute(Self.claim)
            try await run.execute("commit")
            _ = try await second
            #expect(
                try await fixture.rows(
                    "select task_id from cronmill.task where began_at is not null for update skip locked"
                ) == ["1"]
            )
            try await producer.execute("commit")
            #expect(try await fixture.rows("select count(*) from cronmill.task") == ["2"])
            await run.close()
            await producer.close()
        }
    }
}

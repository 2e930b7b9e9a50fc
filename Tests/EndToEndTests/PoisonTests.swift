import Postgres
import Testing

/// Tasks that end the run they are done in.
@Suite("Poison", .timeLimit(.minutes(60)))
struct PoisonTests {
    @Test(
        "a task that ends its run every time is dead after its attempts, and every other is done exactly once",
        arguments: [
            ("perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(10);", "MC020"),
            // Its own doing, not a cancel of somebody: a failure like any other.
            ("raise exception using errcode = '57014', message = 'canceling statement due to user request';", "57014"),
            // From inside, indistinguishable from a cancel by an administrator, but for its being the tenth in a row.
            ("perform pg_cancel_backend(pg_backend_pid()); perform pg_sleep(10);", "MC020"),
        ]
    )
    func poison(deed: String, sqlstate: SQLState) async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--max-attempts", "2")
            try await fixture.script(
                """
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                    if payload ->> 'n' = '7' then \(deed) end if;
                end $$;
                update cronmill.processor set backoff_base = '10 milliseconds'
                """
            )
            try await fixture.enqueue(20)
            var runs = 0
            while try await fixture.rows("select 1 from cronmill.dead_task") == [] {
                runs += 1
                try #require(runs < 40, "the poison task is never buried")
                do {
                    try await fixture.call()
                } catch let error as PostgresError {
                    // The run ends with the task; pg_cron would start the next one.
                    #expect(error.kind != .client)
                }
                // An attempt that never ended puts its task off for a second at least.
                try await Task.sleep(for: .milliseconds(300))
            }
            try await fixture.call()
            #expect(try await fixture.done() == (1...20).filter { $0 != 7 })
            #expect(try await fixture.rows("select task_id from cronmill.task") == [])
            #expect(
                try await fixture.rows("select payload ->> 'n' as n, attempts, error_sqlstate from cronmill.dead_task")
                    == ["7|2|\(sqlstate)"]
            )
        }
    }

    /// As if the slot's last run had been killed, nobody knows in which task.
    private static let loseRun =
        "update cronmill.slot set start_number = start_number + 1, started_at = clock_timestamp()"

    @Test(
        "after an unclean end a few thousand tasks are done carefully, in few transactions, and the others at full speed"
    )
    func carefully() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.call()
            try await fixture.script(Self.loseRun)
            try await fixture.enqueue(20_000)
            try await fixture.call()
            #expect(try await fixture.done() == Array(1...20_000))
            // One by one it would be 20,000.
            let transactions = try await fixture.rows("select count(distinct xmin::text) from app.done")
            #expect(try #require(Int(transactions[0])) < 2000)
            #expect(try await fixture.rows("select losses_in_row from cronmill.slot") == ["0"])
        }
    }

    @Test("a task of higher priority does not wait for those that are done carefully")
    func priority() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.call()
            try await fixture.makeHandlerWait()
            try await fixture.script(Self.loseRun)
            try await fixture.enqueue(20)
            let holder = try await fixture.connect()
            try await holder.execute("select pg_advisory_lock(4711)")
            async let run: Void = fixture.call()
            try await fixture.handlerWaits()
            #expect(try await fixture.rows("select attempts from cronmill.task where began_at is not null") == ["1"])
            _ = try await fixture.rows("select cronmill.enqueue('work', '{\"n\": 1000}', 9)")
            try await holder.execute("select pg_advisory_unlock(4711)")
            try await run
            #expect(try await fixture.rows("select n from app.done order by ctid limit 3") == ["1", "1000", "2"])
            await holder.close()
        }
    }

    /// Calls a run that a task ends.
    private func callAndLose(_ fixture: Fixture) async {
        await #expect(throws: PostgresError.self) { try await fixture.call() }
    }

    @Test(
        "a task that has ended a run is done after the others, in a run that lingers at its end",
        arguments: ["0", "4 seconds"]
    )
    func last(linger: String) async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--max-attempts", "10")
            try await fixture.script(
                """
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                    if payload ->> 'n' = '1' then
                        perform pg_terminate_backend(pg_backend_pid());
                        perform pg_sleep(10);
                    end if;
                end $$;
                update cronmill.processor set backoff_base = '10 milliseconds'
                """
            )
            try await fixture.enqueue(1)
            // Nobody knows which it was; then it is known.
            await callAndLose(fixture)
            await callAndLose(fixture)
            #expect(try await fixture.rows("select attempts, began_at is not null from cronmill.task") == ["1|t"])
            try await fixture.script("update cronmill.processor set linger = '\(linger)'")
            _ = try await fixture.rows(
                "select cronmill.enqueue_many('work', array_agg(jsonb_build_object('n', n))) from generate_series(2, 501) as n"
            )
            try await Task.sleep(for: .milliseconds(100))
            await callAndLose(fixture)
            #expect(try await fixture.done() == Array(2...501))
            #expect(try await fixture.rows("select attempts from cronmill.task") == ["2"])
        }
    }

    @Test(
        "of the tasks that were done together in a run that was lost each is done alone, and only the one that ends its run is charged"
    )
    func suspects() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--max-attempts", "1")
            try await fixture.call()
            try await fixture.script(Self.loseRun)
            try await fixture.script(
                """
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                    if payload ->> 'n' = '170' then
                        perform pg_terminate_backend(pg_backend_pid());
                        perform pg_sleep(10);
                    end if;
                end $$;
                update cronmill.processor set backoff_base = '10 milliseconds'
                """
            )
            try await fixture.enqueue(400)
            await callAndLose(fixture)
            // Their attempts are not charged.
            let suspects = try await fixture.rows(
                "select count(*) > 1, max(attempts), bool_or((payload ->> 'n') = '170') from cronmill.task where suspected_at is not null"
            )
            #expect(suspects == ["t|0|t"])
            await callAndLose(fixture)
            #expect(
                try await fixture.rows(
                    "select payload ->> 'n' as n, attempts from cronmill.task where began_at is not null"
                ) == ["170|1"]
            )
            try await Task.sleep(for: .milliseconds(100))
            try await fixture.call()
            #expect(try await fixture.done() == (1...400).filter { $0 != 170 })
            #expect(
                try await fixture.rows("select payload ->> 'n' as n, attempts, error_sqlstate from cronmill.dead_task")
                    == ["170|1|MC020"]
            )
        }
    }

    @Test("a failed assertion is a failure like any other")
    func assertion() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--max-attempts", "1")
            try await fixture.script(
                """
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                    assert payload ->> 'n' <> '7', 'seven';
                end $$
                """
            )
            try await fixture.enqueue(20)
            try await fixture.call()
            #expect(try await fixture.done() == (1...20).filter { $0 != 7 })
            #expect(
                try await fixture.rows("select error_sqlstate, error_message from cronmill.dead_task") == [
                    "P0004|seven"
                ]
            )
        }
    }
}

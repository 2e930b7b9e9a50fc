import Postgres
import Testing

/// Tasks that end the run they are done in.
@Suite("Poison", .timeLimit(.minutes(20)))
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
        try await withDatabases { place in
            try await place.setUp("--enable", "--max-attempts", "2")
            try await place.script(
                """
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                    if payload ->> 'n' = '7' then \(deed) end if;
                end $$;
                update cronmill.processor set backoff_base = '10 milliseconds'
                """
            )
            try await place.enqueue(20)
            var runs = 0
            while try await place.rows("select 1 from cronmill.dead_task") == [] {
                runs += 1
                try #require(runs < 40, "the poison task is never buried")
                do {
                    try await place.call()
                } catch let error as PostgresError {
                    // The run ends with the task; pg_cron would start the next one.
                    #expect(error.kind != .client)
                }
                // An attempt that never ended puts its task off for a second at least.
                try await Task.sleep(for: .milliseconds(300))
            }
            try await place.call()
            #expect(try await place.done() == (1...20).filter { $0 != 7 })
            #expect(try await place.rows("select task_id from cronmill.task") == [])
            #expect(
                try await place.rows("select payload ->> 'n' as n, attempts, error_sqlstate from cronmill.dead_task")
                    == ["7|2|\(sqlstate)"]
            )
        }
    }

    @Test("a failed assertion is a failure like any other")
    func assertion() async throws {
        try await withDatabases { place in
            try await place.setUp("--enable", "--max-attempts", "1")
            try await place.script(
                """
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                    assert payload ->> 'n' <> '7', 'seven';
                end $$
                """
            )
            try await place.enqueue(20)
            try await place.call()
            #expect(try await place.done() == (1...20).filter { $0 != 7 })
            #expect(
                try await place.rows("select error_sqlstate, error_message from cronmill.dead_task") == ["P0004|seven"]
            )
        }
    }
}

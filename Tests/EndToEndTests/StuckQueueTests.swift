import Postgres
import Testing

/// What could keep a queue from ever being emptied, or two changes from ever ending.
@Suite("Queues that could be stuck", .timeLimit(.minutes(60)))
struct StuckQueueTests {
    @Test("a long delay doubled often is cut to its cap")
    func longBackoff() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            #expect(
                try await fixture.rows(
                    """
                    select cronmill.retry_at(n, interval '30 days', interval '60 days') - clock_timestamp()
                        between interval '24 days' and interval '72 days' as is_cut
                    from unnest('{1, 2, 40, 10000}'::integer[]) as n
                    """
                ) == ["t", "t", "t", "t"]
            )
        }
    }

    @Test("a task enqueued for -infinity is counted with the time it has waited")
    func minusInfinity() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            _ = try await fixture.rows("select cronmill.enqueue('work', '{}', 0, '-infinity')")
            #expect(
                try await fixture.rows(
                    "select s.ready, s.oldest_ready_seconds between 0 and 60 from cronmill.processor_status as s"
                ) == ["1|t"]
            )
        }
    }

    @Test("of a long queue no more is counted than 100,001, whatever its priorities are")
    func longQueue() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.script(
                """
                insert into cronmill.task (queue_id, priority, attempts, run_at, payload)
                select q.queue_id, i % 2, i % 3 % 2, now() + case when i % 10 = 0 then interval '1 day' else '0' end, '{}'
                from generate_series(1, 240000) as i, cronmill.queue as q where q.name = 'work'
                """
            )
            let connection = try await fixture.connect()
            try await connection.script("begin")
            let fetched: SQL = """
                select t.idx_tup_fetch from pg_stat_xact_user_tables as t where t.relid = 'cronmill.task'::regclass
                """
            let counts = try await connection.query(
                "select s.ready, s.scheduled, s.retrying, s.dead from cronmill.processor_status as s"
            )
            #expect(counts.first?["ready"] == "100001")
            #expect(counts.first?["scheduled"] == "24000" && counts.first?["retrying"] == "8000")
            #expect(counts.first?["dead"] == "0")
            let rows: Int = try #require(try await connection.query(fetched).first).get("idx_tup_fetch")
            #expect(rows < 130_000)
            await connection.close()
        }
    }

    @Test("two transactions that change two processors in turn wait for each other's commit, not for ever")
    func changesInTurn() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.setUp(queue: "other")
            let first = try await fixture.connect()
            try await first.script("begin; update cronmill.processor set slots = 2 where name = 'work'")
            let second = Task {
                try await fixture.script("update cronmill.processor set slots = 3 where name = 'other'")
            }
            try await Task.sleep(for: .milliseconds(500))
            try await first.script("update cronmill.processor set slots = 2 where name = 'other'; commit")
            await first.close()
            try await second.value
            #expect(
                try await fixture.rows("select name, slots from cronmill.processor order by name")
                    == ["other|3", "work|2"]
            )
        }
    }

    @Test("the words of a cancel reach the run's message")
    func words() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script(
                """
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    perform pg_cancel_backend(pg_backend_pid());
                    perform pg_sleep(10);
                end $$
                """
            )
            try await fixture.enqueue(1)
            let error = try await expectedError { try await fixture.call() }
            #expect(error.sqlState == .queryCanceled)
            #expect(error.message == "canceling statement due to user request")
        }
    }

    @Test("a handler changed by plain SQL is refused: its procedure would go on calling the old one")
    func handlerByHand() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.script(
                "create function app.other(payload jsonb) returns void language sql begin atomic select; end"
            )
            let error = try await expectedError {
                try await fixture.script("update cronmill.processor set handler = 'app.other(jsonb)'")
            }
            #expect(error.sqlState == "MC008")
            #expect(error.message == "the procedure of processor \"work\" does not call app.other(jsonb)")
            let configured = try await fixture.cronmillHere("configure", "work", "--handler", "app.other")
            #expect(configured.exitCode == 0, "\(configured.errors)")
        }
    }
}

import Postgres
import Testing

/// Settings of a single task, tasks that are kept when they are done, and what a run counts.
@Suite("Settings of tasks", .timeLimit(.minutes(60)))
struct TaskSettingTests {
    private static let failing = """
        create or replace function app.work(payload jsonb) returns void language plpgsql as $$
        begin
            if payload ? 'fails' then raise exception 'no'; end if;
            if payload ? 'sleeps' then perform pg_sleep(60); end if;
            insert into app.done (n) values ((payload ->> 'n')::bigint);
        end $$
        """

    @Test("a task's own max_attempts wins over the processor's, either way")
    func maxAttempts() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--max-attempts", "2")
            try await fixture.script(Self.failing)
            _ = try await fixture.rows(
                """
                select cronmill.enqueue('work', '{"n": 1, "fails": 1}', max_attempts => 1),
                    cronmill.enqueue('work', '{"n": 2, "fails": 1}'),
                    cronmill.enqueue('work', '{"n": 3, "fails": 1}', max_attempts => 3)
                """
            )
            for dead in [["1|1"], ["1|1", "2|2"], ["1|1", "2|2", "3|3"]] {
                try await fixture.script("update cronmill.task set run_at = clock_timestamp()")
                try await fixture.call()
                #expect(
                    try await fixture.rows(
                        "select payload ->> 'n' as n, attempts from cronmill.dead_task order by task_id"
                    )
                        == dead
                )
            }
        }
    }

    @Test("a task's own timeout stops it, and not the others of its batch")
    func timeout() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script(Self.failing)
            try await fixture.enqueue(20)
            _ = try await fixture.rows(
                """
                select cronmill.enqueue('work', '{"n": 21, "sleeps": 1}', timeout => '1s'),
                    cronmill.enqueue('work', '{"n": 22}', timeout => '1h')
                """
            )
            try await fixture.whileWatching { try await fixture.call() }
            #expect(try await fixture.done() == Array(1...20) + [22])
            #expect(
                try await fixture.rows("select payload ->> 'n' as n, attempts, error_message from cronmill.task")
                    == ["21|1|task timed out after 00:00:01"]
            )
        }
    }

    @Test("finished tasks are kept for as long as the processor says, also those of a batch in which one fails")
    func keepDone() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script(Self.failing)
            try await fixture.script("update cronmill.processor set keep_done = '1 hour'")
            try await fixture.enqueue(50)
            _ = try await fixture.rows("select cronmill.enqueue('work', '{\"n\": 51, \"fails\": 1}')")
            try await fixture.enqueue(50)
            try await fixture.call()
            #expect(
                try await fixture.rows(
                    """
                    select count(*), count(distinct task_id) as different, sum((payload ->> 'n')::integer) as sum,
                        bool_and(finished_at between enqueued_at and now()) as is_timed
                    from cronmill.done_task
                    """
                ) == ["100|100|2550|t"]
            )
            try await fixture.script(
                "update cronmill.done_task set finished_at = now() - interval '2 hours' where task_id <= 20"
            )
            try await fixture.call()
            #expect(try await fixture.rows("select count(*) from cronmill.done_task") == ["80"])
        }
    }

    @Test("a run counts how long tasks waited and how long handlers took")
    func histograms() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script(Self.failing)
            try await fixture.enqueue(3000)
            _ = try await fixture.rows(
                "select cronmill.enqueue('work', '{\"n\": 0}', run_at => now() - interval '1 hour')"
            )
            try await fixture.call()
            #expect(
                try await fixture.rows(
                    """
                    select done, (select sum(w) from unnest(waited) as w) as waited,
                        (select sum(w) from unnest(worked) as w) as worked,
                        waited[32] as an_hour, cardinality(waited) as longest
                    from cronmill.run
                    """
                ) == ["3001|3001|3001|1|32"]
            )
        }
    }

    @Test("a handler of batches is given all tasks at once, and after a failure one at a time")
    func batchHandler() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.script(
                """
                alter table app.done add size integer;
                create function app.many(task_ids bigint[], payloads jsonb[]) returns void language plpgsql as $$
                begin
                    insert into app.done (n, size)
                    select (p ->> 'n')::bigint, cardinality(task_ids) from unnest(payloads) as p;
                    if payloads @> array['{"n": 70}'::jsonb] then raise exception 'no'; end if;
                end $$
                """
            )
            let setup = try await fixture.cronmillHere("configure", "work", "--handler", "app.many")
            #expect(setup.exitCode == 0, "\(setup.errors)")
            try await fixture.enqueue(100)
            try await fixture.script("update cronmill.processor set enabled = true")
            try await fixture.call()
            #expect(try await fixture.done() == (1...100).filter { $0 != 70 })
            #expect(try await fixture.rows("select payload ->> 'n' as n, attempts from cronmill.task") == ["70|1"])
            #expect(try await fixture.rows("select max(size) > 8 as many, min(size) as least from app.done") == ["t|1"])
        }
    }

    @Test("a handler that gives all advisory locks away does not let two sessions into its slot at once")
    func unlocking() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script(
                """
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    perform pg_advisory_unlock_all();
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                    perform pg_sleep(0.01);
                end $$
                """
            )
            try await fixture.enqueue(200)
            try await withThrowingTaskGroup { group in
                for _ in 1...3 { group.addTask { try await fixture.call() } }
                try await group.waitForAll()
            }
            try await fixture.call()
            #expect(try await fixture.done() == Array(1...200))
            #expect(try await fixture.rows("select count(*) from cronmill.task") == ["0"])
            #expect(
                try await fixture.rows(
                    """
                    select count(*) from cronmill.run as a join cronmill.run as b on b.run_id > a.run_id
                    where b.started_at < a.ended_at and a.end_reason <> 'lost'
                    """
                ) == ["0"]
            )
        }
    }
}

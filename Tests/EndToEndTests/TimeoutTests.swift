import Postgres
import Testing

/// Tasks that are too slow, and runs that somebody cancels.
@Suite("Timeouts and cancels", .timeLimit(.minutes(60)))
struct TimeoutTests {
    private static let sleeping = """
        create or replace function app.work(payload jsonb) returns void language plpgsql as $$
        begin
            if payload ->> 'n' = '7' then perform pg_sleep(60); end if;
            insert into app.done (n) values ((payload ->> 'n')::bigint);
        end $$
        """

    @Test("a task past its timeout is stopped by the housekeeper and recorded, and the others are done")
    func timeout() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--timeout", "1s")
            try await fixture.script(Self.sleeping)
            try await fixture.enqueue(20)
            let started = ContinuousClock.now
            try await fixture.whileWatching { try await fixture.call() }
            #expect(ContinuousClock.now - started < .seconds(30))
            let done = try await fixture.done()
            #expect(done == (1...20).filter { $0 != 7 })
            let task = try await fixture.rows(
                """
                select payload ->> 'n' as n, attempts, error_sqlstate, error_message, error_detail, error_hint,
                    error_context like '%app.work(jsonb)%' as has_context, run_at > failed_at as is_later
                from cronmill.task
                """
            )
            #expect(task == ["7|1|57014|task timed out after 00:00:01|-|-|t|t"])
            #expect(
                try await fixture.rows(
                    "select done, failed, dead, end_reason, ended_at is null as is_open from cronmill.run"
                )
                    == ["19|1|0|empty|f"]
            )
        }
    }

    @Test("a handler that sets application_name is stopped all the same, and status shows it at work")
    func ownName() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--timeout", "1s")
            try await fixture.script(
                """
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    if payload ->> 'n' = '7' then
                        perform set_config('application_name', 'cronmill slot 1 start 1 until 9999999999.000000', false);
                        perform set_config('application_name', payload ->> 'name', false);
                        perform pg_sleep(60);
                    end if;
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                end $$
                """
            )
            for name in ["mine", "cronmill slot 1 start 1 until 9999999999.000000"] {
                _ = try await fixture.rows(
                    "select cronmill.enqueue('work', jsonb_build_object('n', 7, 'name', \(name)::text))"
                )
                let run = Task { try await fixture.whileWatching { try await fixture.call() } }
                try await eventually("the run is in the slow task", within: .seconds(20)) {
                    try await fixture.rows("select running, waiting from cronmill.processor_status") == ["1|0"]
                }
                try await run.value
                #expect(
                    try await fixture.rows("select attempts, error_sqlstate, error_message from cronmill.task")
                        == ["1|57014|task timed out after 00:00:01"]
                )
                try await fixture.script("delete from cronmill.task")
            }
        }
    }

    @Test("a timeout that is changed during a run is that of its next batch")
    func changedTimeout() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--linger", "10m")
            try await fixture.script(Self.sleeping)
            let run = Task { try await fixture.whileWatching { try await fixture.call() } }
            try await eventually("the run waits for tasks", within: .seconds(20)) {
                try await fixture.rows("select waiting from cronmill.processor_status") == ["1"]
            }
            try await fixture.script("update cronmill.processor set timeout = '1 second'")
            try await fixture.enqueue(7)
            try await eventually("the slow task is charged", within: .seconds(50)) {
                try await fixture.rows("select error_message from cronmill.task where attempts = 1")
                    == ["task timed out after 00:00:01"]
            }
            try await fixture.script("update cronmill.processor set paused = true")
            try await run.value
            #expect(try await fixture.done() == Array(1...6))
        }
    }

    @Test("a cancel before the deadline ends the run with an error, charges no task and loses nothing")
    func cancel() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script(Self.sleeping)
            try await fixture.enqueue(20)
            let run = Task { try await fixture.call() }
            try await eventually("the run is in the slow task", within: .seconds(20)) {
                try await fixture.rows(
                    """
                    select count(pg_cancel_backend(a.pid)) from pg_stat_activity as a
                    where a.datname = current_database() and a.usename = \(fixture.runner) and a.wait_event = 'PgSleep'
                        and a.application_name ~ '^cronmill slot [0-9]+ start 1 until [0-9.]+$'
                    """
                ) == ["1"]
            }
            let error = try await expectedError { try await run.value }
            #expect(error.sqlState == .queryCanceled)
            #expect(error.message == "canceling statement due to user request")
            #expect(
                try await fixture.rows(
                    """
                    select r.end_reason, r.ended_at is null as is_open, s.start_number = s.ended_number as is_clean
                    from cronmill.run as r join cronmill.slot as s on s.slot_id = r.slot_id
                    """
                ) == ["canceled|f|t"]
            )
            let waiting = try await fixture.rows(
                "select count(*) as tasks, sum(attempts) as attempts, count(error_message) as errors from cronmill.task"
            )
            let finished = try await fixture.done()
            #expect(waiting == ["\(20 - finished.count)|0|0"])
            try await fixture.script(Self.sleeping.replacing("pg_sleep(60)", with: "pg_sleep(0)"))
            try await fixture.call()
            #expect(try await fixture.done() == Array(1...20))
        }
    }

    @Test("a killed run loses nothing, charges nobody, and the next one does its tasks once")
    func killed() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script(Self.sleeping)
            try await fixture.enqueue(20)
            let run = Task { try await fixture.call() }
            try await eventually("the run is in the slow task", within: .seconds(20)) {
                try await fixture.rows(
                    """
                    select count(pg_terminate_backend(a.pid)) from pg_stat_activity as a
                    where a.datname = current_database() and a.usename = \(fixture.runner) and a.wait_event = 'PgSleep'
                    """
                ) == ["1"]
            }
            _ = try await expectedError { try await run.value }
            #expect(
                try await fixture.rows(
                    "select start_number, ended_number, ended_at is null as never from cronmill.slot"
                )
                    == ["1|0|t"]
            )
            try await fixture.script(Self.sleeping.replacing("pg_sleep(60)", with: "pg_sleep(0)"))
            try await fixture.call()
            #expect(try await fixture.done() == Array(1...20))
            #expect(try await fixture.rows("select start_number, ended_number from cronmill.slot") == ["2|2"])
        }
    }

    @Test("any number of cancels charges no task, when other tasks are done between them")
    func manyCancels() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script(Self.sleeping)
            try await fixture.enqueue(7)
            for round in 1...12 {
                let run = Task { try await fixture.call() }
                try await eventually("the run is in the slow task", within: .seconds(20)) {
                    try await fixture.rows(
                        """
                        select count(*) from pg_stat_activity
                        where datname = current_database() and usename = \(fixture.runner) and wait_event = 'PgSleep'
                            and application_name like '%until _%'
                        """
                    ) == ["1"]
                }
                _ = try await fixture.rows(
                    """
                    select pg_cancel_backend(pid) from pg_stat_activity
                    where datname = current_database() and usename = \(fixture.runner)
                    """
                )
                _ = await run.result
                #expect(try await fixture.rows("select distinct attempts, began_at from cronmill.task") == ["0|-"])
                // Another task before it, so that the next run does something.
                _ = try await fixture.rows(
                    "select cronmill.enqueue('work', jsonb_build_object('n', \(round + 100)::bigint), priority => 9)"
                )
            }
            #expect(try await fixture.rows("select distinct end_reason from cronmill.run") == ["canceled"])
        }
    }

    @Test("a cancel of a run that waits for tasks is a clean end")
    func cancelWhileIdle() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--linger", "1m")
            let run = Task { try await fixture.call() }
            try await eventually("the run waits for tasks", within: .seconds(20)) {
                try await fixture.rows(
                    """
                    select pg_cancel_backend(pid) from pg_stat_activity
                    where datname = current_database() and usename = \(fixture.runner) and wait_event = 'PgSleep'
                    """
                ) == ["t"]
            }
            _ = await run.result
            #expect(
                try await fixture.rows(
                    """
                    select r.end_reason, s.start_number, s.ended_number, s.cancels_in_row
                    from cronmill.run as r cross join cronmill.slot as s
                    """
                ) == ["stopped|1|1|0"]
            )
        }
    }
}

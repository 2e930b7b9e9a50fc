import Postgres
import Testing

/// `cronmill cancel`.
@Suite("cancel", .timeLimit(.minutes(60)))
struct CancelTests {
    @Test("a task that waits is gone, and its handler is never called; what is no longer there is said")
    func waiting() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.enqueue(3)
            let first = try await fixture.cronmillHere("cancel", "2", "3")
            #expect(first == ProgramResult(output: "", errors: "\(fixture.database): 2 tasks canceled\n", exitCode: 0))
            let again = try await fixture.cronmillHere("cancel", "2")
            #expect(
                again
                    == ProgramResult(
                        output: "",
                        errors: """
                            \(fixture.database): 0 tasks canceled
                            cronmill: error: task 2 is not there: it is done, was canceled before, or never was

                            """,
                        exitCode: 1
                    )
            )
            try await fixture.script("update cronmill.processor set enabled = true")
            try await fixture.call()
            #expect(try await fixture.done() == [1])
        }
    }

    @Test("a task that a slot is doing is left alone and not waited for, and is done; one behind it is canceled")
    func running() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.script(
                """
                create or replace function app.work(payload jsonb) returns void language sql begin atomic
                    select pg_advisory_xact_lock(1);
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                end
                """
            )
            let gate = try await fixture.connect()
            try await gate.execute("select pg_advisory_lock(1)")
            try await fixture.enqueue(1)
            async let run: Void = fixture.call()
            try await eventually("the handler waits", within: .seconds(20)) {
                try await fixture.rows(
                    """
                    select 1 from pg_locks where locktype = 'advisory' and objid = 1 and not granted
                        and database = (select oid from pg_database where datname = current_database())
                    """
                ) == ["1"]
            }
            _ = try await fixture.rows("select cronmill.enqueue('work', '{\"n\": 2}')")
            let result = try await fixture.cronmillHere("cancel", "1", "2")
            #expect(
                result
                    == ProgramResult(
                        output: "",
                        errors: """
                            \(fixture.database): 1 task canceled
                            cronmill: error: task 1 is being done, or held by another session, and is left alone

                            """,
                        exitCode: 1
                    )
            )
            await gate.close()
            try await run
            #expect(try await fixture.done() == [1])
            #expect(try await fixture.rows("select task_id from cronmill.task") == [])
        }
    }

    @Test("a task that is moved at the same moment is followed")
    func moved() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.enqueue(1)
            try await fixture.script("update cronmill.task set run_at = run_at + interval '1 hour'")
            #expect(
                try await fixture.rows("select * from cronmill.cancel('{1, 1, null, -4}')") == [
                    "-4|unknown", "1|canceled",
                ]
            )
        }
    }

    @Test("of two sessions that cancel the same task at once one does it, without waiting for the other")
    func twiceAtOnce() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.enqueue(1)
            let first = try await fixture.connect()
            try await first.script("begin; select cronmill.cancel('{1}')")
            #expect(try await fixture.rows("select result from cronmill.cancel('{1}')") == ["running"])
            try await first.script("commit")
            await first.close()
            #expect(try await fixture.rows("select result from cronmill.cancel('{1}')") == ["unknown"])
        }
    }

    @Test("dead and finished tasks are told, and stay")
    func over() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.script(OverTasks.script)
            let result = try await fixture.cronmillHere("cancel", "101", "201")
            #expect(
                result
                    == ProgramResult(
                        output: "",
                        errors: """
                            \(fixture.database): 0 tasks canceled
                            cronmill: error: task 101 is dead already
                            cronmill: error: task 201 is done already

                            """,
                        exitCode: 1
                    )
            )
            #expect(try await fixture.rows("select count(*) from cronmill.dead_task") == ["3"])
            #expect(try await fixture.rows("select count(*) from cronmill.done_task") == ["2"])
        }
    }

    @Test("a role without the right may not cancel; with it, it needs no table")
    func privilege() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.enqueue(1)
            let runner = try await fixture.connect(as: fixture.runner)
            let error = try await expectedError { _ = try await runner.query("select cronmill.cancel('{1}')") }
            #expect(error.sqlState == .insufficientPrivilege)
            try await fixture.script("grant execute on function cronmill.cancel(bigint[]) to \(fixture.runner)")
            let rows = try await runner.query("select result from cronmill.cancel('{1}')")
            #expect(rows.map { $0["result"] } == ["canceled"])
            await runner.close()
        }
    }
}

/// Tasks of queue `work` that are over, with times that do not change.
enum OverTasks {
    /// Dead 101 to 103, of which 102 has another error; finished 201 and 202.
    static let script = """
        insert into cronmill.dead_task (
            task_id, queue_id, priority, attempts, run_at, enqueued_at, payload, failed_at,
            error_sqlstate, error_message, error_detail, error_hint, error_context
        )
        select n, q.queue_id, 3, 5, '2026-01-02 03:04:05+00', '2026-01-02 03:00:00+00', jsonb_build_object('n', n),
            timestamptz '2026-01-02 03:04:06+00' + (n - 101) * interval '1 day',
            case n when 102 then '23505' else 'P0001' end, concat('boom ', n, E'\\nsecond line'), 'the detail', null, 'a' || E'\\n' || 'b'
        from cronmill.queue as q, generate_series(101, 103) as n where q.name = 'work';
        insert into cronmill.done_task (
            task_id, queue_id, priority, attempts, run_at, enqueued_at, finished_at, payload, unique_key, group_key
        )
        select n, q.queue_id, 0, 1, '2026-01-02 03:04:05+00', '2026-01-02 03:00:00+00',
            timestamptz '2026-01-02 03:04:06+00' + (n - 201) * interval '1 day', jsonb_build_object('n', n), 'u', 'g'
        from cronmill.queue as q, generate_series(201, 202) as n where q.name = 'work';
        """
}

import Postgres
import Testing

/// `cronmill redrive` and `cronmill purge`.
@Suite("redrive and purge", .timeLimit(.minutes(60)))
struct RedriveTests {
    private func said(_ fixture: Fixture, _ text: String, exitCode: Int = 0) -> ProgramResult {
        ProgramResult(output: "", errors: "\(fixture.database): \(text)\n", exitCode: exitCode)
    }

    @Test("a task that failed for good is put back with its number, all its attempts and no error, and is done")
    func whole() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--max-attempts", "1")
            try await fixture.script(
                """
                create table app.broken ();
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    if to_regclass('app.broken') is not null then raise exception 'broken'; end if;
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                end $$
                """
            )
            try await fixture.enqueue(3)
            try await fixture.call()
            #expect(try await fixture.rows("select task_id from cronmill.dead_task order by 1") == ["1", "2", "3"])
            try await fixture.script("drop table app.broken")
            let result = try await fixture.cronmillHere("redrive", "work", "--yes")
            #expect(result == said(fixture, "3 dead tasks redriven"))
            #expect(
                try await fixture.rows(
                    """
                    select task_id, attempts, began_at, failed_at, error_sqlstate, error_message,
                        run_at between enqueued_at and clock_timestamp() as is_ready
                    from cronmill.task order by task_id
                    """
                ) == (1...3).map { "\($0)|0|-|-|-|-|t" }
            )
            #expect(try await fixture.rows("select * from cronmill.dead_task") == [])
            try await fixture.call()
            #expect(try await fixture.done() == [1, 2, 3])
        }
    }

    @Test(
        "a task put back is done before those of its group that wait, and finished tasks are kept where that is wanted"
    )
    func group() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable", "--max-attempts", "1", "--keep-done", "1h")
            try await fixture.script(
                """
                create table app.broken ();
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    if to_regclass('app.broken') is not null then raise exception 'broken'; end if;
                    insert into app.done (n) values ((payload ->> 'n')::bigint);
                end $$;
                select cronmill.enqueue('work', '{"n": 1}', group_key => 'g', unique_key => 'u');
                """
            )
            try await fixture.call()
            try await fixture.script("drop table app.broken")
            try await fixture.script(
                """
                select cronmill.enqueue('work', jsonb_build_object('n', n), group_key => 'g') from generate_series(2, 4) as n
                """
            )
            #expect(try await fixture.cronmillHere("cancel", "3").exitCode == 0)
            #expect(try await fixture.cronmillHere("redrive", "--id", "1").exitCode == 0)
            try await fixture.call()
            #expect(try await fixture.rows("select n from app.done order by ctid") == ["1", "2", "4"])
            #expect(
                try await fixture.rows(
                    "select task_id, unique_key, group_key from cronmill.done_task order by finished_at"
                )
                    == ["1|u|g", "2|-|g", "4|-|g"]
            )
            let purged = try await fixture.cronmillHere("purge", "--done", "0", "--yes")
            #expect(purged == said(fixture, "3 finished tasks deleted"))
        }
    }

    @Test("by number, by SQLSTATE, by text of the error; what does not fit stays dead")
    func filters() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.script(OverTasks.script)
            let dead: SQL = "select task_id from cronmill.dead_task order by 1"
            let refused = try await fixture.cronmillHere("redrive", "work", "--error", "boom")
            #expect(
                refused
                    == ProgramResult(
                        output: "",
                        errors: """
                            cronmill: error: 3 dead tasks of database "\(fixture.database)" would be put back
                            cronmill: hint: Say so with --yes.

                            """,
                        exitCode: 1
                    )
            )
            #expect(try await fixture.rows(dead) == ["101", "102", "103"])
            let code = try await fixture.cronmillHere("redrive", "--sqlstate", "23505", "--yes")
            #expect(code == said(fixture, "1 dead task redriven"))
            #expect(try await fixture.rows(dead) == ["101", "103"])
            let text = try await fixture.cronmillHere("redrive", "--queue", "work", "--error", "103\nsecond", "--yes")
            #expect(text == said(fixture, "1 dead task redriven"))
            #expect(try await fixture.rows(dead) == ["101"])
            let none = try await fixture.cronmillHere("redrive", "--error", "%", "--yes")
            #expect(none == said(fixture, "0 dead tasks redriven"))
            let number = try await fixture.cronmillHere("redrive", "--id", "101", "102")
            #expect(
                number
                    == ProgramResult(
                        output: "",
                        errors: """
                            \(fixture.database): 1 dead task redriven
                            cronmill: error: 1 of the tasks named is not among the dead that fit
                            cronmill: hint: cronmill tasks ID says what became of one.

                            """,
                        exitCode: 1
                    )
            )
            #expect(try await fixture.rows(dead) == [])
            #expect(try await fixture.rows("select task_id from cronmill.task order by 1") == ["101", "102", "103"])
        }
    }

    @Test("several at once put each task back once")
    func atOnce() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.script(
                """
                insert into cronmill.dead_task (
                    task_id, queue_id, priority, attempts, run_at, enqueued_at, payload, failed_at, error_sqlstate, error_message
                )
                select n, q.queue_id, 0, 5, now(), now(), '{}', now(), 'P0001', 'boom'
                from cronmill.queue as q, generate_series(1, 25000) as n
                """
            )
            let first = try await fixture.connect()
            try await first.script("begin; select cronmill.redrive('work', max_tasks => 1000)")
            #expect(
                try await fixture.rows("select * from cronmill.redrive('work', max_tasks => 1000)") == ["1000|0|2000"]
            )
            try await first.script("commit")
            await first.close()
            let results = try await withThrowingTaskGroup(of: ProgramResult.self) { group in
                for _ in 1...3 { group.addTask { try await fixture.cronmillHere("redrive", "work", "--yes") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let counts = results.compactMap { result in
                result.errors.firstMatch(of: /: ([0-9,]+) dead tasks? redriven\n/).flatMap {
                    Int($0.1.replacing(",", with: ""))
                }
            }
            #expect(results.map(\.exitCode) == [0, 0, 0])
            #expect(counts.reduce(0, +) == 23_000)
            #expect(
                try await fixture.rows("select count(*), count(distinct task_id) from cronmill.task") == ["25000|25000"]
            )
            #expect(try await fixture.rows("select count(*) from cronmill.dead_task") == ["0"])
        }
    }

    @Test("a redrive that is rolled back has put nothing back")
    func rollBack() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.script(OverTasks.script)
            try await fixture.script("begin; select cronmill.redrive('work'); rollback")
            #expect(try await fixture.rows("select count(*) from cronmill.dead_task") == ["3"])
            #expect(try await fixture.rows("select count(*) from cronmill.task") == ["0"])
        }
    }

    @Test("a unique key that another task holds keeps a task dead, and its group key puts it first in its group")
    func keys() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.script(OverTasks.script)
            try await fixture.script(
                """
                update cronmill.dead_task set unique_key = 'k', group_key = 'g', timeout = '7 s', max_attempts = 9;
                insert into cronmill.task (queue_id, payload, unique_key, group_key)
                select q.queue_id, '{}', 'k', 'g' from cronmill.queue as q
                """
            )
            let kept = try await fixture.cronmillHere("redrive", "--id", "101")
            #expect(
                kept
                    == ProgramResult(
                        output: "",
                        errors: """
                            \(fixture.database): 0 dead tasks redriven
                            cronmill: warning: 1 task stays dead: another task has the same unique key

                            """,
                        exitCode: 1
                    )
            )
            try await fixture.script("update cronmill.task set unique_key = null")
            let one = try await fixture.cronmillHere("redrive", "--yes")
            #expect(
                one.errors == """
                    \(fixture.database): 1 dead task redriven
                    cronmill: warning: 2 tasks stay dead: another task has the same unique key

                    """
            )
            #expect(one.exitCode == 0)
            #expect(
                try await fixture.rows(
                    "select task_id, unique_key, group_key, timeout, max_attempts from cronmill.task order by task_id desc"
                ) == ["101|k|g|00:00:07|9", "1|-|g|-|-"]
            )
        }
    }

    @Test("purge deletes what is older, of the queues asked, and asks first")
    func purge() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.setUp(queue: "other")
            try await fixture.script(OverTasks.script)
            try await fixture.script("update cronmill.dead_task set failed_at = now() where task_id = 103")
            let other = try await fixture.cronmillHere("purge", "other", "--dead", "0", "--done", "0")
            #expect(other == said(fixture, "0 dead tasks and 0 finished tasks deleted"))
            let refused = try await fixture.cronmillHere("purge", "--dead", "1d", "--done", "1d")
            #expect(
                refused
                    == ProgramResult(
                        output: "",
                        errors: """
                            cronmill: error: 2 dead tasks and 2 finished tasks of database "\(fixture.database)" would be deleted
                            cronmill: hint: Say so with --yes.

                            """,
                        exitCode: 1
                    )
            )
            let done = try await fixture.cronmillHere("purge", "work", "--dead", "1d", "--done", "1d", "--yes")
            #expect(done == said(fixture, "2 dead tasks and 2 finished tasks deleted"))
            #expect(try await fixture.rows("select task_id from cronmill.dead_task") == ["103"])
            #expect(try await fixture.rows("select task_id from cronmill.done_task") == [])
        }
    }

    @Test("dead tasks are purged by number; those that are not dead are told")
    func purgeByNumber() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.script(OverTasks.script)
            let planned = try await fixture.cronmillHere("purge", "--id", "101", "--dry-run")
            #expect(planned.output.contains("task_ids => "), "\(planned.output)")
            let some = try await fixture.cronmillHere("purge", "--id", "101", "103")
            #expect(some == said(fixture, "2 dead tasks deleted"))
            #expect(try await fixture.rows("select task_id from cronmill.dead_task") == ["102"])
            let young = try await fixture.cronmillHere("purge", "--id", "102", "201", "--dead", "9999d")
            #expect(young.exitCode == 1)
            #expect(young.errors.contains("2 of the tasks named are not among the dead that fit"), "\(young.errors)")
            #expect(try await fixture.cronmillHere("purge", "--id", "102", "--done", "0").exitCode == 64)
        }
    }

    @Test("in portions a purge comes to its end, and leaves out what another session has locked")
    func portions() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.script(OverTasks.script)
            let holder = try await fixture.connect()
            try await holder.script("begin; select from cronmill.dead_task where task_id = 102 for update")
            #expect(try await fixture.rows("select * from cronmill.purge_dead('work', '1 day', 1)") == ["1|101"])
            #expect(try await fixture.rows("select * from cronmill.purge_dead('work', '1 day', 1, 101)") == ["1|103"])
            #expect(try await fixture.rows("select * from cronmill.purge_dead('work', '1 day', 1, 103)") == ["0|-"])
            try await holder.script("rollback")
            await holder.close()
            #expect(try await fixture.rows("select cronmill.purge_done(null, '1 day', 1)") == ["1"])
            #expect(try await fixture.rows("select task_id from cronmill.done_task") == ["202"])
            for age in ["null", "interval '-1 day'"] {
                let error = try await expectedError {
                    try await fixture.script("select cronmill.purge_done('work', \(age))")
                }
                #expect(error.sqlState == .invalidParameterValue)
            }
        }
    }

    @Test("removing a queue takes its finished tasks along")
    func removed() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.script(OverTasks.script)
            let refused = try await fixture.cronmillHere("remove", "--queue", "work")
            #expect(refused.errors.contains("5 tasks of database \"\(fixture.database)\" would be dropped"))
            #expect(try await fixture.cronmillHere("remove", "--queue", "work", "--yes").exitCode == 0)
            #expect(try await fixture.rows("select count(*) from cronmill.done_task") == ["0"])
        }
    }

    @Test("a dry run changes nothing, and psql does the same by its script")
    func dryRun() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.enqueue(2)
            try await fixture.script(OverTasks.script)
            let tasks: SQL = """
                select concat(
                    (select string_agg(t.task_id::text, ' ' order by t.task_id) from cronmill.task as t), '|',
                    (select string_agg(d.task_id::text, ' ' order by d.task_id) from cronmill.dead_task as d), '|',
                    (select string_agg(o.task_id::text, ' ' order by o.task_id) from cronmill.done_task as o)
                ) as tasks
                """
            let steps = [
                (["cancel", "2"], "1|101 102 103|201 202"),
                (["redrive", "work", "--error", "boom 10", "--sqlstate", "23505"], "1 102|101 103|201 202"),
                (["redrive", "--id", "101"], "1 101 102|103|201 202"),
                (["purge", "--queue", "work", "--dead", "1d", "--done", "0"], "1 101 102||"),
            ]
            for (command, expected) in steps {
                let before = try await fixture.rows(tasks)
                let script = try await fixture.cronmillHere(command + ["--dry-run"])
                #expect(script.exitCode == 0, "\(command): \(script.errors)")
                #expect(try await fixture.rows(tasks) == before)
                let run = try await fixture.server.client(
                    "psql",
                    ["-X", "-q", "-f", "-"],
                    input: Array(script.output.utf8)
                )
                #expect(run.errors == "")
                #expect(try await fixture.rows(tasks) == [expected], "\(command)")
            }
        }
    }
}

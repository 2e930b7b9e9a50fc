import Postgres
import Testing

/// `cronmill tasks`: the whole of what it writes.
@Suite("tasks", .timeLimit(.minutes(60)))
struct TasksTests {
    private static let queue = #"検索 "q" it's"#

    /// Tasks that wait in two queues, with times that do not change.
    private static let waiting = """
        insert into cronmill.task (task_id, queue_id, priority, attempts, run_at, enqueued_at, payload, group_key)
        overriding system value
        select v.id, q.queue_id, v.priority, v.attempts, v.run_at::timestamptz, '2020-01-01 00:00:00.5+00', v.payload::jsonb, v.g
        from (values
            (1, 'work', 0, 0, '2020-01-01 00:00:02+00', '{"n": 1}', null),
            (2, 'work', 0, 0, '2020-01-01 00:00:01+00', '{"n": 2}', null),
            (3, 'work', 9, 0, '2020-01-01 00:00:03+00', '{"n": 3}', 'g'),
            (4, 'work', 0, 2, '9999-12-31 00:00:00+00', '{"n": 4}', null),
            (5, '検索 "q" it''s', 0, 0, '2200-01-01 00:00:00+00', '["検索", "a\\nb"]', null)
        ) as v (id, queue, priority, attempts, run_at, payload, g)
        join cronmill.queue as q on q.name = v.queue;
        update cronmill.task set error_sqlstate = '40001', error_message = E'later\\nor never',
            failed_at = '2020-01-01 00:00:04+00' where task_id = 4
        """

    private func prepared(_ body: (Fixture) async throws -> Void) async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.setUp(queue: Self.queue)
            try await fixture.script(Self.waiting)
            try await fixture.script(OverTasks.script)
            try await body(fixture)
        }
    }

    /// A list, with the database's column left out.
    private func list(_ fixture: Fixture, _ arguments: String...) async throws -> String {
        let result = try await fixture.cronmillHere(["tasks"] + arguments)
        #expect(result.exitCode == 0, "\(result.errors)")
        let width = max(fixture.database.count, "database".count) + 2
        return result.output.split(separator: "\n").map { $0.dropFirst(width) + "\n" }.joined()
    }

    @Test("what waits is listed queue by queue in the order in which it is claimed")
    func waiting() async throws {
        try await prepared { fixture in
            let all = try await list(fixture)
            #expect(
                all == """
                    QUEUE          TASK  STATE      PRIORITY  ATTEMPTS  RUN AT (UTC)         PAYLOAD
                    work              3  ready             9         0  2020-01-01 00:00:03  {"n": 3}
                    work              2  ready             0         0  2020-01-01 00:00:01  {"n": 2}
                    work              1  ready             0         0  2020-01-01 00:00:02  {"n": 1}
                    work              4  retrying          0         2  9999-12-31 00:00:00  {"n": 4}
                    検索 "q" it's     5  scheduled         0         0  2200-01-01 00:00:00  ["検索", "a\\nb"]

                    """
            )
        }
    }

    @Test("tasks of each state are found, of one queue, and no more than asked for")
    func states() async throws {
        try await prepared { fixture in
            let ready = try await list(fixture, "--state", "ready")
            #expect(
                ready == """
                    QUEUE  TASK  STATE  PRIORITY  ATTEMPTS  RUN AT (UTC)         PAYLOAD
                    work      3  ready         9         0  2020-01-01 00:00:03  {"n": 3}
                    work      2  ready         0         0  2020-01-01 00:00:01  {"n": 2}
                    work      1  ready         0         0  2020-01-01 00:00:02  {"n": 1}

                    """
            )
            let retrying = try await list(fixture, "--state", "retrying")
            #expect(
                retrying == """
                    QUEUE  TASK  STATE     PRIORITY  ATTEMPTS  RUN AT (UTC)         ERROR
                    work      4  retrying         0         2  9999-12-31 00:00:00  40001: later

                    """
            )
            let scheduled = try await list(fixture, "--state", "scheduled", "--queue", Self.queue)
            #expect(
                scheduled == """
                    QUEUE          TASK  STATE      PRIORITY  ATTEMPTS  RUN AT (UTC)         PAYLOAD
                    検索 "q" it's     5  scheduled         0         0  2200-01-01 00:00:00  ["検索", "a\\nb"]

                    """
            )
            let dead = try await list(fixture, "--state", "dead")
            #expect(
                dead == """
                    QUEUE  TASK  STATE  PRIORITY  ATTEMPTS  FAILED AT (UTC)      ERROR
                    work    101  dead          3         5  2026-01-02 03:04:06  P0001: boom 101
                    work    102  dead          3         5  2026-01-03 03:04:06  23505: boom 102
                    work    103  dead          3         5  2026-01-04 03:04:06  P0001: boom 103

                    """
            )
            let elsewhere = try await fixture.cronmill(
                ["tasks", "--state", "dead", "--limit", "1", "--quiet", "--database", fixture.database],
                environment: ["PGTZ": "Asia/Kolkata"]
            )
            #expect(elsewhere.output.contains("FAILED AT (Asia/Kolkata)  ERROR\n"))
            #expect(elsewhere.output.contains("2026-01-02 08:34:06       P0001: boom 101\n"))
            let done = try await fixture.cronmillHere("tasks", "--state", "done", "--limit", "1", "--csv")
            #expect(
                done
                    == ProgramResult(
                        output: """
                            database,queue,task_id,state,priority,attempts,enqueued_at,run_at,began_at,finished_at,\
                            unique_key,group_key,timeout_seconds,max_attempts,payload,failed_at,error_sqlstate,\
                            error_message,error_detail,error_hint,error_context,tags\r
                            \(fixture.database),work,202,done,0,1,2026-01-02T03:00:00.000Z,2026-01-02T03:04:05.000Z,,\
                            2026-01-03T03:04:06.000Z,u,g,,,"{""n"": 202}",,,,,,,\r

                            """,
                        errors: "\(fixture.database): there are more than these 1: --limit\n",
                        exitCode: 0
                    )
            )
        }
    }

    @Test("one task is shown whole, with its error and its payload, wherever it is")
    func whole() async throws {
        try await prepared { fixture in
            let dead = try await fixture.cronmillHere("tasks", "101")
            #expect(
                dead
                    == ProgramResult(
                        output: """
                            database      \(fixture.database)
                            queue         work
                            task          101
                            state         dead
                            priority      3
                            attempts      5
                            enqueued at   2026-01-02 03:00:00 UTC
                            run at        2026-01-02 03:04:05 UTC
                            failed at     2026-01-02 03:04:06 UTC
                            error
                              P0001: boom 101
                              second line
                            detail        the detail
                            context
                              a
                              b
                            payload
                              {
                                "n": 101
                              }

                            """,
                        errors: "",
                        exitCode: 0
                    )
            )
            let json = try await fixture.cronmillHere("tasks", "5", "--json")
            #expect(
                json
                    == ProgramResult(
                        output: """
                            {
                              "database": "\(fixture.database)",
                              "queue": "検索 \\"q\\" it's",
                              "task_id": 5,
                              "state": "scheduled",
                              "priority": 0,
                              "attempts": 0,
                              "enqueued_at": "2020-01-01T00:00:00.500Z",
                              "run_at": "2200-01-01T00:00:00.000Z",
                              "began_at": null,
                              "finished_at": null,
                              "unique_key": null,
                              "group_key": null,
                              "tags": [],
                              "timeout_seconds": null,
                              "max_attempts": null,
                              "payload": ["検索", "a\\nb"],
                              "error": null,
                              "failed_attempts": []
                            }

                            """,
                        errors: "",
                        exitCode: 0
                    )
            )
            let done = try await fixture.cronmillHere("tasks", "201")
            #expect(done.output.contains("state         done\n"))
            let none = try await fixture.cronmillHere("tasks", "99")
            #expect(
                none
                    == ProgramResult(
                        output: "",
                        errors: """
                            cronmill: error: task 99 is not there in database "\(fixture.database)"
                            cronmill: detail: It is done and was not kept, was canceled, or never was.

                            """,
                        exitCode: 1
                    )
            )
        }
    }

    @Test("a SQLSTATE finds the tasks whose last attempt failed with it, in the state that is asked for")
    func sqlStates() async throws {
        try await prepared { fixture in
            // Among more than a page of the console looks at.
            try await fixture.script(
                """
                insert into cronmill.dead_task (
                    task_id, queue_id, priority, attempts, run_at, enqueued_at, payload, failed_at, error_sqlstate, error_message
                )
                select 1000 + i, q.queue_id, 0, 5, now(), now(), '{}', now(),
                    case when i % 1000 = 0 then '23505' else '22012' end, 'many'
                from generate_series(1, 3000) as i, cronmill.queue as q where q.name = 'work'
                """
            )
            let dead = try await fixture.cronmillHere("tasks", "--state", "dead", "--sqlstate", "23505", "--json")
            #expect(dead.exitCode == 0 && dead.errors.isEmpty, "\(dead.errors)")
            #expect(
                dead.output.matches(of: #/"task_id": (\d+)/#).map { $0.output.1 } == ["102", "2000", "3000", "4000"]
            )
            let first = try await fixture.cronmillHere(
                "tasks",
                "--state",
                "dead",
                "--sqlstate",
                "23505",
                "--limit",
                "1",
                "--queue",
                "work"
            )
            #expect(first.output.contains("23505: boom 102") && !first.output.contains("many"))
            #expect(first.errors.contains("there are more than these 1: --limit"))
            let retrying = try await list(fixture, "--sqlstate", "40001")
            #expect(retrying.split(separator: "\n").count == 2 && retrying.contains("  retrying  "))
            let none = try await fixture.cronmillHere("tasks", "--sqlstate", "23505")
            #expect(none.exitCode == 0 && !none.output.contains("boom"))
            #expect(none.errors == "of the tasks that wait none has failed so; of dead ones: --state dead\n")
        }
    }

    @Test("of several databases those that can be asked are listed, and the others are said")
    func several() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.enqueue(1)
            let result = try await fixture.cronmill(["tasks", "--database", "postgres", "--database", fixture.database])
            #expect(result.exitCode == 1)
            #expect(
                result.errors == """
                    cronmill: database postgres:
                    cronmill: error: database "postgres" is not set up
                    cronmill: hint: cronmill setup --database postgres

                    """
            )
            #expect(result.output.contains("\(fixture.database)  "))
        }
    }
}

import Postgres
import Testing

/// What the run-as role may do, and what not.
@Suite("Least privilege", .timeLimit(.minutes(60)))
struct PrivilegeTests {
    @Test("the run-as role may read and write no table of ours, and works nevertheless")
    func tables() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            try await fixture.enqueue(50)
            let granted = try await fixture.rows(
                """
                select c.relname, p.privilege
                from pg_class as c
                cross join unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger'])
                    as p (privilege)
                where c.relnamespace = 'cronmill'::regnamespace and c.relkind in ('r', 'v', 'f')
                    and (has_table_privilege(\(fixture.runner), c.oid, p.privilege)
                        or p.privilege in ('select', 'insert', 'update', 'references')
                            and has_any_column_privilege(\(fixture.runner), c.oid, p.privilege))
                """
            )
            #expect(granted == [])
            #expect(
                try await fixture.rows(
                    """
                    select has_schema_privilege(\(fixture.runner), 'cronmill', 'create') as work,
                        has_schema_privilege(\(fixture.runner), 'cronmill_processor', 'create') as processor
                    """
                ) == ["f|f"]
            )
            try await fixture.call()
            #expect(try await fixture.done() == Array(1...50))
        }
    }

    @Test("the run-as role of one processor can do nothing to another, nor enqueue")
    func otherProcessor() async throws {
        try await withDatabases { fixture in
            let other = "\(fixture.runner)_other"
            try await fixture.script(
                """
                create role \(other) login;
                grant usage on schema app to \(other);
                grant insert on app.done to \(other)
                """
            )
            try await fixture.setUp("--enable")
            let setup = try await fixture.cronmillHere(
                "setup",
                "--queue",
                "theirs",
                "--handler",
                "app.work",
                "--run-as",
                other,
                "--enable",
                "--schedule",
                Fixture.never
            )
            #expect(setup.exitCode == 0, "\(setup.errors)")
            let queue = try await fixture.rows("select cronmill.enqueue('theirs', '{\"n\": 1}') as task_id")
            let theirs = try await fixture.rows("select processor_id from cronmill.processor where name = 'theirs'")
            let (task, id) = (queue[0], theirs[0])
            let before = try await fixture.rows("select t::text from cronmill.task as t")
            let row = try await fixture.rows("select t.ctid from cronmill.task as t")[0]

            let runner = try await fixture.connect(as: fixture.runner)
            let denied = try await expectedError { try await runner.execute("call cronmill_processor.theirs(1)") }
            #expect(denied.sqlState == .insufficientPrivilege)
            let refused = try await expectedError { try await runner.execute("select cronmill.begin_run('theirs', 1)") }
            #expect(refused.sqlState == "MC003")
            #expect(refused.message == "role \"\(fixture.runner)\" may not run processor \"theirs\"")
            let claim = try await runner.query(
                "select c.stop_reason, c.task_ids from cronmill.claim(\(unsafeRaw: id), 1, 10, 0, false, null, false) as c"
            )
            #expect(claim.map { [$0["stop_reason"], $0["task_ids"]] } == [["removed", nil]])
            let again = try await runner.query(
                """
                select c.task_ids
                from cronmill.claim_again(\(unsafeRaw: id), 1, array[\(unsafeRaw: task)]::bigint[], array[\(row)]::tid[]) as c
                """
            )
            #expect(again.map { $0["task_ids"] } == [nil])
            let own = try await fixture.rows("select processor_id from cronmill.processor where name = 'work'")
            try await fixture.script("update cronmill.processor set keep_attempts = '7 days'")
            for processor in [id, own[0]] {
                try await runner.execute(
                    """
                    select cronmill.fail(
                        \(unsafeRaw: processor), array[\(unsafeRaw: task)]::bigint[], array[\(row)]::tid[],
                        array[row('XX000', 'm', null, null, null, now(), now())::cronmill.task_error],
                        (0, 0, 0, null, null, 0)::cronmill.counters)
                    """
                )
            }
            #expect(try await fixture.rows("select a::text from cronmill.failed_attempt as a") == [])
            for processor in [id, own[0]] {
                let refused = try await expectedError {
                    try await runner.execute(
                        "select cronmill.finish(\(unsafeRaw: processor), array[\(unsafeRaw: task)]::bigint[], array[\(row)]::tid[])"
                    )
                }
                #expect(refused.message == "1 of 1 tasks of the batch are no longer in the queue")
            }
            #expect(try await fixture.rows("select t::text from cronmill.task as t") == before)

            let forbidden: [SQL] = [
                "select cronmill.enqueue('work', '{}')", "select cronmill.enqueue_many('work', array['{}'::jsonb])",
                "select cronmill.queue_id('work')", "select cronmill.grant_run_as(current_user::text, 'theirs')",
                "select cronmill.send_to_registry(null, false)", "select cronmill.stamp()",
            ]
            for statement in forbidden {
                let error = try await expectedError { try await runner.execute(statement) }
                #expect(error.sqlState == .insufficientPrivilege, "\(statement.text): \(error.message)")
            }
        }
    }

    @Test("two grants in the registry at once are done one after the other")
    func grantsAtOnce() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.script("create role \(fixture.runner)_2; create role \(fixture.runner)_3")
            let connection = try await fixture.connect("postgres")
            try await connection.script(
                "begin; select cronmill_cron.permit_run_as('\(fixture.database)', '\(fixture.runner)_2')"
            )
            async let other: Void = fixture.script(
                "select cronmill_cron.permit_run_as('\(fixture.database)', '\(fixture.runner)_3')",
                in: "postgres"
            )
            try await eventually("the other one waits", within: .seconds(20)) {
                try await fixture.cronRows(
                    "select pid from pg_stat_activity where wait_event_type = 'Lock' and query like \("%\(fixture.runner)_3%")"
                ).count == 1
            }
            try await connection.script("commit")
            try await other
            let permitted = try await fixture.cronRows(
                """
                select a.role_name from cronmill_cron.run_as as a
                where a.role_name like \("\(fixture.runner)%") and has_schema_privilege(a.role_name, 'cronmill_cron', 'usage')
                order by 1
                """
            )
            #expect(permitted == [fixture.runner, "\(fixture.runner)_2", "\(fixture.runner)_3"])
        }
    }
}

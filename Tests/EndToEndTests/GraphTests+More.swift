import Postgres
import Testing

extension GraphTests {
    @Test("results go to those that come after, and conditions look at them")
    func results() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpGraphs()
            let graph = try await fixture.graph(
                """
                {"ref": "check", "payload": {"result": {"ok": true, "total": 3}}}
                {"ref": "plain"}
                {"ref": "good", "after": ["plain", {"ref": "check", "if": {"ok": true}}]}
                {"ref": "bad", "after": [{"ref": "check", "if": {"ok": false}}]}
                {"ref": "none", "after": [{"ref": "plain", "if": {"ok": true}}]}
                {"ref": "end", "after": ["good", "bad"]}
                """
            )
            try await fixture.call()
            #expect(
                try await fixture.nodes(graph) == [
                    "bad skipped", "check done", "end done", "good done", "none skipped", "plain done",
                ]
            )
            #expect(
                try await fixture.rows("select ref, inputs from app.log where ref in ('good', 'end') order by ref")
                    == ["end|{\"good\": null}", "good|{\"check\": {\"ok\": true, \"total\": 3}, \"plain\": null}"]
            )
            #expect(try await fixture.rows("select done, failed from cronmill.run") == ["4|0"])
            // Of a task of no graph a result is taken for done.
            _ = try await fixture.rows("select cronmill.enqueue('work', '{\"ref\": \"alone\", \"result\": 1}')")
            try await fixture.call()
            #expect(try await fixture.rows("select count(*) from app.log where ref = 'alone'") == ["1"])
        }
    }

    @Test("tasks with results are done in a batch: the handler is called once for each")
    func resultsOfABatch() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpGraphs()
            try await fixture.script(
                """
                create sequence app.calls;
                grant usage on sequence app.calls to \(fixture.runner);
                create or replace function app.step(task_id bigint, payload jsonb, attempt integer) returns cronmill.outcome
                language plpgsql as $$
                begin
                    perform nextval('app.calls');
                    return cronmill.done(payload -> 'result');
                end $$
                """
            )
            let lines = (1...50).map { #"{"ref": "r\#($0)", "payload": {"result": \#($0)}}"# }
            let graph = try await fixture.graph(lines.joined(separator: "\n"))
            _ = try await fixture.rows("select cronmill.enqueue('work', '{\"result\": 1}')")
            try await fixture.call()
            #expect(try await fixture.state(of: graph) == "done")
            #expect(try await fixture.rows("select last_value from app.calls") == ["51"])
            #expect(
                try await fixture.rows(
                    "select count(*) as total from cronmill.node as n where n.ref = 'r' || n.result::text"
                ) == ["50"]
            )
        }
    }

    @Test("a task that fails in a batch holds what waits for it, and nothing else; its retry goes on")
    func failures() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpGraphs()
            try await fixture.script(
                """
                update cronmill.processor set max_attempts = 2, backoff_base = '1 hour', backoff_cap = '1 hour';
                insert into app.ill (ref) values ('p7')
                """
            )
            let lines = (1...20).map { #"{"ref": "p\#($0)"}"# + "\n" + #"{"ref": "c\#($0)", "after": ["p\#($0)"]}"# }
            let graph = try await fixture.graph(lines.joined(separator: "\n"))
            try await fixture.call()
            #expect(try await fixture.nodes(graph).filter { !$0.hasSuffix("done") } == ["c7 waiting", "p7 ready"])
            #expect(try await fixture.rows("select attempts, graph_id is not null from cronmill.task") == ["1|t"])
            try await fixture.script("delete from app.ill; update cronmill.task set run_at = now()")
            try await fixture.call()
            #expect(try await fixture.nodes(graph).allSatisfy { $0.hasSuffix("done") })
            #expect(
                try await fixture.rows("select count(*) as total, count(distinct ref) as refs from app.log") == [
                    "40|40"
                ]
            )
            #expect(try await fixture.state(of: graph) == "done")
        }
    }

    @Test("on_dead = cancel cancels what waits for a dead task; its redrive brings nothing back")
    func onDeadCancel() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpGraphs()
            let graph = try await fixture.graph(
                """
                {"ref": "a", "payload": {"die": true}}
                {"ref": "b", "after": ["a"]}
                {"ref": "c", "after": ["b"]}
                {"ref": "mend", "after": [{"ref": "a", "on": "dead"}]}
                """,
                ", on_dead => 'cancel'"
            )
            try await fixture.call()
            #expect(try await fixture.nodes(graph) == ["a dead", "b canceled", "c canceled", "mend done"])
            #expect(try await fixture.state(of: graph) == "done")
            #expect(try await fixture.rows("select redriven from cronmill.redrive('work')") == ["1"])
            try await fixture.script("update cronmill.task set payload = payload - 'die'")
            try await fixture.call()
            #expect(try await fixture.nodes(graph) == ["a done", "b canceled", "c canceled", "mend done"])
            #expect(try await fixture.rows("select open_nodes from cronmill.graph") == ["0"])
        }
    }

    @Test("canceled as a whole, past its deadline, and removed when it has been kept long enough")
    func ends() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpGraphs()
            let lines = """
                {"ref": "a"}
                {"ref": "b", "after": ["a"]}
                {"ref": "later", "run_at": "2099-01-01"}
                {"ref": "last", "after": ["later"]}
                """
            let graph = try await fixture.graph(lines)
            #expect(
                try await fixture.rows("select canceled, running from cronmill.cancel_graph(\(graph)::bigint)") == [
                    "4|0"
                ]
            )
            #expect(try await fixture.rows("select count(*) from cronmill.task") == ["0"])
            #expect(try await fixture.state(of: graph) == "canceled")
            let refused = try await expectedError {
                _ = try await fixture.rows(
                    "select cronmill.extend_graph(\(graph)::bigint, 'work', array['{\"payload\": 1}'::jsonb])"
                )
            }
            #expect(refused.sqlState == "MC040")
            #expect(refused.message == "graph \(graph) is canceled")

            let late = try await fixture.graph(lines, ", deadline => clock_timestamp() + '0.3 seconds', keep => '0'")
            try await eventually("it is too late") {
                try await fixture.rows("select deadline < now() from cronmill.graph where graph_id = \(late)::bigint")
                    == ["t"]
            }
            try await fixture.call()
            #expect(try await fixture.nodes(late) == ["a done", "b canceled", "last canceled", "later ready"])
            #expect(try await fixture.state(of: late) == "canceled")
            // What is in its queue already stays there.
            let later = try await fixture.number(of: "later", in: late)
            _ = try await fixture.rows("select cronmill.cancel(array[\(unsafeRaw: later)]::bigint[])")
            _ = try await fixture.rows("select cronmill.prune_tasks(1000)")
            #expect(try await fixture.rows("select graph_id::text from cronmill.graph") == [graph])
            #expect(try await fixture.rows("select count(*) from cronmill.node") == ["4"])
            #expect(try await fixture.rows("select count(*) from cronmill.edge") == ["2"])

            let forgotten = try await fixture.graph(
                #"{"ref": "a", "run_at": "2099-01-01"}"# + "\n" + #"{"ref": "b", "after": ["a"]}"#,
                ", deadline => clock_timestamp() + '0.1 seconds'"
            )
            try await eventually("nothing of it is done, and it is canceled all the same") {
                _ = try await fixture.rows("select cronmill.prune_tasks(1000)")
                return try await fixture.nodes(forgotten) == ["a ready", "b canceled"]
            }
        }
    }

    @Test("whoever holds a graph holds nobody up for long, and what could not be told then is told later")
    func held() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpGraphs()
            let graph = try await fixture.graph(
                #"{"ref": "a"}"# + "\n" + #"{"ref": "b", "after": ["a"]}"# + "\n" + #"{"ref": "c", "after": ["a"]}"#
            )
            let number = try await fixture.number(of: "c", in: graph)
            let holder = try await fixture.connect()
            try await holder.script("begin; select cronmill.cancel(array[\(number)]::bigint[])")
            try await fixture.call()
            #expect(try await fixture.nodes(graph) == ["a done", "b waiting", "c waiting"])
            #expect(try await fixture.rows("select ref, is_left from cronmill.node where not is_settled") == ["a|t"])
            #expect(try await fixture.rows("select done, failed from cronmill.run") == ["1|0"])
            try await holder.script("commit")
            await holder.close()
            try await fixture.call()
            #expect(try await fixture.nodes(graph) == ["a done", "b done", "c canceled"])
            #expect(
                try await fixture.rows("select count(*) from cronmill.node where not is_settled or is_left") == ["0"]
            )
            #expect(try await fixture.state(of: graph) == "done")
        }
    }

    @Test("a cancel within a larger transaction, and a slot, that want what the other has: neither fails")
    func deadlock() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpGraphs()
            try await fixture.script(
                """
                create table app.account (id integer primary key, n integer);
                insert into app.account values (1, 0);
                grant select, update on app.account to \(fixture.runner);
                create or replace function app.step(task_id bigint, payload jsonb, attempt integer) returns cronmill.outcome
                language plpgsql as $$
                begin
                    update app.account set n = n + 1 where id = 1;
                    perform pg_advisory_lock_shared(4712);
                    perform pg_advisory_unlock_shared(4712);
                    return cronmill.done();
                end $$
                """
            )
            let graph = try await fixture.graph(
                #"{"ref": "a"}"# + "\n" + #"{"ref": "b", "after": ["a"]}"# + "\n" + #"{"ref": "c", "after": ["a"]}"#
            )
            let number = try await fixture.number(of: "c", in: graph)
            let holder = try await fixture.connect()
            try await holder.script(
                "begin; select pg_advisory_lock(4712); select cronmill.cancel(array[\(number)]::bigint[])"
            )
            async let run: Void = fixture.call()
            try await fixture.handlerWaits()
            // The handler has the account and comes to want the graph; we have the graph and want the account.
            try await holder.script(
                "select pg_advisory_unlock(4712); update app.account set n = n + 10 where id = 1; commit"
            )
            await holder.close()
            try await run
            try await fixture.call()
            #expect(try await fixture.nodes(graph) == ["a done", "b done", "c canceled"])
            #expect(try await fixture.rows("select n from app.account") == ["12"])
            #expect(
                try await fixture.rows("select sum(done) as done, sum(failed) as failed from cronmill.run") == ["2|0"]
            )
        }
    }

    @Test("slots that end nodes of many graphs in any order wait for each other and never deadlock")
    func manyGraphs() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpGraphs("--slots", "4")
            _ = try await fixture.rows(
                """
                select cronmill.enqueue_graph('work', array[
                    '{"ref": "a", "payload": {"ref": "a"}}', '{"ref": "b", "payload": {"ref": "b"}}',
                    '{"ref": "c", "payload": {"ref": "c"}, "after": ["a", "b"]}',
                    '{"ref": "d", "payload": {"ref": "d"}, "after": ["c"]}']::jsonb[])
                from generate_series(1, 300) as n
                """
            )
            // In the order of their numbers, the other way round, and mixed.
            try await fixture.script(
                """
                update cronmill.task as t set priority = case when t.task_id % 3 = 0 then 9 else 0 end;
                update cronmill.task as t set run_at = now() - t.task_id * interval '1 second' where t.task_id % 2 = 0
                """
            )
            try await withThrowingTaskGroup { group in
                for slot in 1...4 { group.addTask { try await fixture.call(slot: slot) } }
                try await group.waitForAll()
            }
            try await fixture.call()
            #expect(try await fixture.rows("select state, count(*) from cronmill.graph group by 1") == ["done|300"])
            #expect(try await fixture.rows("select count(*) from app.log") == ["1200"])
            #expect(
                try await fixture.rows("select sum(done) as done, sum(failed) as failed from cronmill.run") == [
                    "1200|0"
                ]
            )
            #expect(
                try await fixture.rows("select deadlocks from pg_stat_database where datname = current_database()") == [
                    "0"
                ]
            )
        }
    }

    @Test("tasks of a graph may be in several queues, each in its own")
    func queues() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpGraphs("--keep-done", "1d")
            let setup = try await fixture.cronmillHere(
                "setup",
                "--queue",
                "other",
                "--handler",
                "app.step",
                "--run-as",
                fixture.runner,
                "--schedule",
                Fixture.never,
                "--enable"
            )
            #expect(setup.exitCode == 0, "\(setup.errors)")
            let graph = try await fixture.graph(
                """
                {"ref": "a"}
                {"ref": "b", "after": ["a"], "queue": "other", "priority": 7, "group_key": "g", "timeout": "1 minute", "max_attempts": 3}
                {"ref": "c", "after": ["b"]}
                """
            )
            try await fixture.call()
            #expect(
                try await fixture.rows(
                    """
                    select q.name, t.priority, t.group_key, t.timeout, t.max_attempts, t.graph_id
                    from cronmill.task as t join cronmill.queue as q using (queue_id)
                    """
                ) == ["other|7|g|00:01:00|3|\(graph)"]
            )
            try await fixture.call("other")
            try await fixture.call()
            #expect(try await fixture.nodes(graph) == ["a done", "b done", "c done"])
            #expect(
                try await fixture.rows("select count(*) from cronmill.done_task where graph_id is not null") == ["2"]
            )
        }
    }
}

import Foundation
import Postgres
import Testing

/// What somebody puts into graphs, or does beside them, so that they stop.
@Suite("Hostile graphs", .timeLimit(.minutes(60)))
struct GraphHostilityTests {
    @Test(
        "of an array of any bounds and dimensions each envelope is a task; one that is null is refused",
        arguments: ["('[0:1]=' || a::text)::jsonb[]", "array[array[a[1], a[2]]]", "('[5:6]=' || a::text)::jsonb[]"]
    )
    func arrays(expression: String) async throws {
        try await withDatabases { fixture in
            try await fixture.setUpGraphs()
            let envelopes: SQL = """
                array['{"ref": "p", "payload": {"ref": "p"}}',
                    '{"ref": "x", "payload": {"ref": "x"}, "after": ["p"], "priority": 7}']::jsonb[]
                """
            _ = try await fixture.rows(
                "select cronmill.enqueue_graph('work', \(unsafeRaw: expression)) from (select \(sql: envelopes)) as l (a)"
            )
            #expect(
                try await fixture.rows("select ref, state, payload ->> 'ref', priority from cronmill.node order by ref")
                    == [
                        "p|ready|-|0", "x|waiting|x|7",
                    ]
            )
            try await fixture.call()
            #expect(try await fixture.nodes() == ["p done", "x done"])
            for call: SQL in [
                "cronmill.enqueue_graph('work', array[null]::jsonb[])",
                "cronmill.enqueue_envelopes('work', array[null]::jsonb[])",
                "cronmill.extend_graph(1, 'work', array[null]::jsonb[])",
            ] {
                let error = try await expectedError { _ = try await fixture.rows("select \(sql: call)") }
                #expect(
                    error.message == "an envelope is an object with a payload" || error.sqlState == "MC040",
                    "\(error)"
                )
            }
            _ = try await fixture.rows(
                "select cronmill.enqueue_envelopes('work', \(unsafeRaw: expression)) from (select array['{\"payload\": {\"ref\": \"y\"}}', '{\"payload\": {\"ref\": \"z\"}}']::jsonb[]) as l (a)"
            )
            try await fixture.call()
            #expect(try await fixture.rows("select ref from app.log order by at") == ["p", "x", "y", "z"])
        }
    }

    @Test("what waits for a task is told when that is canceled by a tag, and the next graph of a template is made")
    func canceledByTag() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpGraphs()
            let graph = try await fixture.graph(
                """
                {"ref": "a", "tags": ["t"]}
                {"ref": "b", "after": ["a"]}
                {"ref": "c", "after": [{"ref": "a", "on": "any"}]}
                """
            )
            let result = try await fixture.cronmillHere("cancel", "--queue", "work", "--tag", "t", "--yes")
            #expect(result.exitCode == 0, "\(result.errors)")
            #expect(try await fixture.nodes() == ["a canceled", "b canceled", "c ready"])
            try await fixture.call()
            #expect(try await fixture.state(of: graph) == "done")

            _ = try await fixture.rows(
                """
                select cronmill.set_recurring('r', 'work', '0 0 1 1 *',
                    '{"graph": [{"payload": {}, "tags": ["nightly"]}]}', overlap => 'skip')
                """
            )
            let made: SQL = "select graph_id is not null from cronmill.run_recurring('r')"
            #expect(try await fixture.rows(made) == ["t"])
            #expect(try await fixture.rows(made) == ["f"])
            _ = try await fixture.rows("select cronmill.cancel_tasks('work', '{nightly}')")
            #expect(try await fixture.rows(made) == ["t"])
        }
    }

    @Test("a graph of which a dead task is redriven is active again, may be extended, and none overlaps it")
    func redriven() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpGraphs()
            try await fixture.script("insert into app.ill values ('a')")
            _ = try await fixture.rows(
                """
                select cronmill.set_recurring('r', 'work', '0 0 1 1 *',
                    '{"graph": [{"ref": "a", "payload": {"ref": "a"}}]}', overlap => 'skip')
                """
            )
            let made: SQL = "select graph_id from cronmill.run_recurring('r')"
            let graph = try await fixture.rows(made)[0]
            try await fixture.call()
            #expect(try await fixture.state(of: graph) == "done")
            let late: SQL =
                "select cronmill.extend_graph(\(graph)::bigint, 'work', array['{\"ref\": \"z\", \"payload\": {\"ref\": \"z\"}, \"after\": [\"a\"]}'::jsonb])"
            #expect(try await expectedError { _ = try await fixture.rows(late) }.sqlState == "MC040")
            _ = try await fixture.rows("select cronmill.redrive()")
            let shown = try await fixture.cronmillHere("graph", "show", graph)
            #expect(
                shown.output.hasPrefix("graph \(graph) \"r\" of queue work: active, 0 of 1 task done"),
                "\(shown.output)"
            )
            #expect(try await fixture.rows(made) == ["-"])
            _ = try await fixture.rows(late)
            try await fixture.script("delete from app.ill")
            try await fixture.call()
            #expect(try await fixture.nodes(graph) == ["a done", "z done"])
            #expect(
                try await fixture.rows("select state, open_nodes, ended_at is null from cronmill.graph") == ["done|0|f"]
            )
            #expect(try await fixture.rows(made) != ["-"])
        }
    }

    @Test("a handler that cancels its own graph goes on, and what waits is canceled; it knows its graph's number")
    func ownGraph() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpGraphs("--alone", "on")
            try await fixture.script(
                """
                create or replace function app.step(task_id bigint, payload jsonb, attempt integer) returns cronmill.outcome
                language plpgsql as $$
                begin
                    perform cronmill.cancel_graph(cronmill.graph_id(task_id));
                    perform cronmill.cancel(array[task_id]);
                    perform cronmill.cancel_tasks('work', '{t}');
                    insert into app.log (ref) values (payload ->> 'ref');
                    return cronmill.done();
                end $$;
                """
            )
            let granted = try await fixture.cronmillHere("grant", "operator", fixture.runner)
            #expect(granted.exitCode == 0, "\(granted.errors)")
            let graph = try await fixture.graph(
                """
                {"ref": "a", "tags": ["t"]}
                {"ref": "b", "after": ["a"]}
                """
            )
            try await fixture.call()
            #expect(try await fixture.nodes() == ["a done", "b canceled"])
            #expect(try await fixture.rows("select state, ended_at is null from cronmill.graph") == ["canceled|f"])
            #expect(try await fixture.rows("select ref from app.log") == ["a"])
            #expect(try await fixture.rows("select cronmill.graph_id(task_id) from cronmill.node limit 1") == ["-"])
            #expect(graph != "")
        }
    }

    @Test(
        "an end that cannot be told fails no run and charges nobody; the graph says why, and is tried again each hour"
    )
    func untellable() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpGraphs()
            try await fixture.script("alter table cronmill.task add constraint poison check (payload ->> 'ref' <> 'x')")
            let graph = try await fixture.graph(
                """
                {"ref": "p"}
                {"ref": "x", "after": ["p"]}
                """
            )
            _ = try await fixture.rows("select cronmill.enqueue('work', '{\"ref\": \"other\"}')")
            for _ in 1...3 { try await fixture.call() }
            #expect(try await fixture.nodes() == ["p done", "x waiting"])
            #expect(try await fixture.rows("select ref from app.log order by ref") == ["other", "p"])
            #expect(
                try await fixture.rows("select sum(failed), bool_and(ended_at is not null) from cronmill.run") == [
                    "0|t"
                ]
            )
            #expect(try await fixture.rows("select error like '%poison%' from cronmill.graph") == ["t"])
            let shown = try await fixture.cronmillHere("graph", "show", graph)
            #expect(
                shown.output.contains("held, 1 of 2 tasks done, 1 waiting; an end could not be told: "),
                "\(shown.output)"
            )
            #expect(try await fixture.rows("select cronmill.held_nodes(queue_id) from cronmill.queue") == ["1"])
            _ = try await fixture.rows("select cronmill.prune_tasks(1000)")
            try await fixture.script("alter table cronmill.task drop constraint poison")
            _ = try await fixture.rows("select cronmill.prune_tasks(1000)")
            try await fixture.call()
            #expect(try await fixture.nodes() == ["p done", "x done"])
            #expect(try await fixture.rows("select state, error from cronmill.graph") == ["done|-"])
        }
    }

    @Test("a long chain that is skipped is told in several transactions")
    func longChain() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpGraphs()
            _ = try await fixture.rows(
                """
                select cronmill.enqueue_graph('work', array(
                    select jsonb_strip_nulls(jsonb_build_object('ref', n::text, 'payload', jsonb_build_object('ref', n::text),
                        'after', case n when 0 then null
                            when 1 then '[{"ref": "0", "if": {"never": 1}}]'::jsonb
                            else jsonb_build_array((n - 1)::text) end))
                    from generate_series(0, 2000) as n order by n))
                """
            )
            // Two seconds at least on any machine, where a transaction tells for one.
            try await fixture.script(
                """
                create function app.linger() returns trigger language plpgsql
                as 'begin perform pg_catalog.pg_sleep(0.001); return new; end';
                create trigger linger before update on cronmill.node for each row
                when (new.state = 'skipped') execute function app.linger()
                """
            )
            for _ in 1...60 where try await fixture.rows("select state from cronmill.graph") != ["done"] {
                try await fixture.call()
            }
            #expect(
                try await fixture.rows("select state, count(*) from cronmill.node group by 1 order by 1") == [
                    "done|1", "skipped|2000",
                ]
            )
            #expect(try await fixture.rows("select state, open_nodes from cronmill.graph") == ["done|0"])
            #expect(
                try await fixture.rows(
                    "select count(distinct xmin::text) > 1 from cronmill.node where state = 'skipped'"
                ) == ["t"]
            )
        }
    }

    @Test("a transaction that has not seen an end cannot add what waits for it")
    func oldSnapshot() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpGraphs()
            try await fixture.script("insert into app.ill values ('p')")
            let graph = try await fixture.graph(
                """
                {"ref": "p"}
                {"ref": "z", "run_at": "2030-01-01"}
                """
            )
            try await fixture.call()
            let connection = try await fixture.connect()
            try await connection.script("begin isolation level repeatable read; select now()")
            try await fixture.script("delete from app.ill")
            _ = try await fixture.rows("select cronmill.redrive()")
            try await fixture.call()
            let error = try await expectedError {
                try await connection.execute(
                    "select cronmill.extend_graph(\(graph)::bigint, 'work', array['{\"payload\": {}, \"after\": [\"p\"]}'::jsonb])"
                )
            }
            #expect(error.sqlState == "40001")
            await connection.close()
        }
    }

    @Test("a graph that somebody extends and does not let go of is not canceled, and the error says so")
    func heldGraph() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpGraphs()
            let graph = try await fixture.graph("{\"ref\": \"p\"}")
            let connection = try await fixture.connect()
            try await connection.script("begin")
            try await connection.execute(
                "select cronmill.extend_graph(\(graph)::bigint, 'work', array['{\"payload\": {}, \"after\": [\"p\"]}'::jsonb])"
            )
            let result = try await fixture.cronmillHere("graph", "cancel", graph)
            #expect(result.exitCode == 1)
            #expect(result.errors.contains("graph \(graph) is held by another transaction"), "\(result.errors)")
            await connection.close()
            #expect(try await fixture.nodes() == ["p ready"])
        }
    }
}

import Postgres
import Testing

/// Recurring templates that are graphs.
@Suite("Recurring graphs", .timeLimit(.minutes(60)))
struct RecurringGraphTests {
    private static let lines = """
        {"ref": "load", "payload": {"ref": "load"}}

        {"ref": "send", "payload": {"ref": "send", "result": {"ok": true}}, "after": ["load"]}
        """

    private func set(_ fixture: Fixture, _ lines: String, _ more: String...) async throws -> ProgramResult {
        try await fixture.cronmillHere(
            ["recurring", "set", "daily", "--queue", "work", "--schedule", "* * * * *", "--graph", "-"] + more,
            input: lines
        )
    }

    private func template(_ fixture: Fixture, _ template: String) async throws -> PostgresError {
        try await expectedError {
            _ = try await fixture.rows(
                "select cronmill.set_recurring('daily', 'work', '* * * * *', \(template)::jsonb)"
            )
        }
    }

    @Test("each tick makes a graph, whose tasks know it; a run works it off in order")
    func ticks() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpGraphs()
            let made = try await set(fixture, Self.lines)
            #expect(made.exitCode == 0, "\(made.errors)")
            #expect(try await set(fixture, Self.lines).errors == "\(fixture.database): nothing to change\n")
            try await fixture.script("update cronmill.recurring set next_at = '2026-01-01 12:00+00'")
            #expect(try await RecurringTests.fire(fixture, at: "'2026-01-01 12:00:01+00'") == 1)
            #expect(
                try await fixture.rows(
                    """
                    select g.name, n.ref, coalesce(n.payload, t.payload) ->> '_tick' as tick, r.last_graph_id = g.graph_id
                    from cronmill.graph as g
                    join cronmill.node as n on n.graph_id = g.graph_id
                    left join cronmill.task as t on t.task_id = n.task_id
                    cross join cronmill.recurring as r
                    order by n.task_id
                    """
                ) == ["daily|load|2026-01-01T12:00:00Z|t", "daily|send|2026-01-01T12:00:00Z|t"]
            )
            try await fixture.script("update cronmill.recurring set next_at = now() + interval '1 hour'")
            try await fixture.call()
            #expect(try await fixture.nodes() == ["load done", "send done"])
            let shown = try await fixture.cronmillHere("recurring", "show", "daily")
            #expect(shown.output.contains("last graph  "), "\(shown.output)")
        }
    }

    @Test("with overlap skip none is made before the one before has ended, by a tick or by hand")
    func overlap() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpGraphs()
            _ = try await set(fixture, Self.lines, "--overlap", "skip", "--catch-up", "all")
            try await fixture.script("update cronmill.recurring set next_at = '2026-01-01 12:00+00'")
            // Four ticks at once: the first makes one.
            #expect(try await RecurringTests.fire(fixture, at: "'2026-01-01 12:03:01+00'") == 4)
            let graphs: SQL = "select count(*) as total from cronmill.graph"
            #expect(try await fixture.rows(graphs) == ["1"])
            let refused = try await fixture.cronmillHere("recurring", "run-now", "daily")
            #expect(refused.exitCode == 1)
            #expect(refused.errors.contains("nothing was made: one of \"daily\""), "\(refused.errors)")
            try await fixture.script("update cronmill.recurring set next_at = now() + interval '1 hour'")
            try await fixture.call()
            let made = try await fixture.cronmillHere("recurring", "run-now", "daily")
            #expect(made.errors.contains(": graph "), "\(made.errors)")
            #expect(try await fixture.rows(graphs) == ["2"])
            // Which the next tick knows of.
            try await fixture.script(
                "update cronmill.recurring set last_at = null, next_at = '2026-01-01 13:00+00'"
            )
            #expect(try await RecurringTests.fire(fixture, at: "'2026-01-01 13:00:01+00'") == 1)
            #expect(try await fixture.rows(graphs) == ["2"])
        }
    }

    @Test(
        "a graph that enqueue --graph would refuse, or that makes no sense here, is refused, and nothing is left of it"
    )
    func refusals() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpGraphs()
            let cases: [(template: String, message: String)] = [
                (#"{"graph": []}"#, "a graph has 1 to 100000 tasks"),
                (#"{"graph": {}}"#, "\"graph\" is no list of envelopes"),
                (#"{"graph": null, "payload": {}}"#, "a graph has no field \"payload\""),
                (#"{"graph": [{"payload": {}}], "deadline": "1 hour"}"#, "a graph has no field \"deadline\""),
                (#"{"graph": [{"payload": {}}], "on_dead": "stop"}"#, "on_dead is stop"),
                (#"{"graph": [{"payload": {}}], "keep": "-1 day"}"#, "a graph cannot be kept for -1 days"),
                (
                    #"{"graph": [{"payload": 1}]}"#,
                    "the template of a recurring task is an envelope whose payload is an object"
                ),
                (
                    #"{"graph": [{"payload": {}, "run_at": "2027-01-01"}]}"#,
                    "the template of a recurring task has a field \"run_at\""
                ),
                (
                    #"{"graph": [{"payload": {}, "queue": "work"}]}"#,
                    "the template of a recurring task has a field \"queue\""
                ),
                (
                    #"{"graph": [{"payload": {"_tick": 1}}]}"#,
                    "the payload of a recurring task has a field _tick of its own"
                ),
                (
                    #"{"graph": [{"ref": "a", "payload": {}, "after": ["b"]}, {"ref": "b", "payload": {}, "after": ["a"]}]}"#,
                    "tasks wait for each other in a circle: b -> a -> b"
                ),
            ]
            for (text, message) in cases {
                let found = try await template(fixture, text).message
                #expect(found == message)
            }
            for (lines, text) in [("", "a graph has 1 to 100000 tasks"), ("{", "--graph is not JSON")] {
                let refused = try await set(fixture, lines)
                #expect(refused.exitCode == 1)
                #expect(refused.errors.contains(text), "\(refused.errors)")
            }
            #expect(
                try await fixture.rows(
                    "select (select count(*) from cronmill.recurring), (select count(*) from cronmill.graph)"
                ) == ["0|0"]
            )
        }
    }
}

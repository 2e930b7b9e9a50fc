import Postgres
import Testing

/// Graphs that are refused, and who may make one.
@Suite("Refused graphs", .timeLimit(.minutes(60)))
struct GraphRefusalTests {
    /// Envelopes, and what is said of them.
    private static let refusals: [(envelopes: [String], message: String, detail: String?)] = [
        (
            [
                #"{"ref": "a", "payload": 1, "after": ["b"]}"#, #"{"ref": "b", "payload": 1, "after": ["c"]}"#,
                #"{"ref": "c", "payload": 1, "after": ["a"]}"#, #"{"ref": "d", "payload": 1, "after": ["a"]}"#,
            ], "tasks wait for each other in a circle: a -> c -> b -> a", nil
        ),
        (
            [#"{"ref": "a", "payload": 1}"#, #"{"payload": 1, "after": ["x"]}"#],
            #"there is no task "x" in this graph"#,
            "Envelope 2."
        ),
        (
            [#"{"ref": "a", "payload": 1}"#, #"{"ref": "a", "payload": 1}"#], #"there are two tasks "a" in this graph"#,
            "Envelope 2."
        ),
        ([#"{"ref": "a", "payload": 1, "after": ["a"]}"#], #"task "a" cannot come after itself"#, "Envelope 1."),
        (
            [#"{"ref": "a", "payload": 1}"#, #"{"payload": 1, "after": ["a", {"ref": "a", "on": "dead"}]}"#],
            #"it comes after "a" twice"#, "Envelope 2."
        ),
        (
            [
                #"{"ref": "a", "payload": 1}"#,
                #"{"payload": 1, "after": [{"ref": "a", "on": "dead", "if": {"b": 1}}]}"#,
            ],
            #""after" cannot be read: {"if": {"b": 1}, "on": "dead", "ref": "a"}"#, "Envelope 2."
        ),
        (
            [#"{"ref": "a", "payload": 1}"#, #"{"payload": 1, "after": [{"ref": "a", "on": "failed"}]}"#],
            #""after" cannot be read: {"on": "failed", "ref": "a"}"#, "Envelope 2."
        ),
        (
            [#"{"ref": "a", "payload": 1}"#, #"{"payload": 1, "after": [{"ref": "a", "when": 1}]}"#],
            #""after" cannot be read: {"ref": "a", "when": 1}"#, "Envelope 2."
        ),
        (
            [
                #"{"ref": "a", "payload": 1}"#,
                #"{"payload": 1, "after": [{"ref": "a", "if": {"k": "\#(String(repeating: "v", count: 1000))"}}]}"#,
            ],
            #""after" cannot be read: {"if": {"k": "\#(String(repeating: "v", count: 186))"#, "Envelope 2."
        ),
        ([#"{"payload": 1, "after": [5]}"#], #""after" cannot be read: 5"#, "Envelope 1."),
        ([#"{"payload": 1, "after": "a"}"#], #""after" is no list: "a""#, "Envelope 1."),
        ([#"{"payload": 1, "join": "some"}"#], #"join is "some""#, "Envelope 1."),
        (
            [#"{"payload": 1, "ref": "a\tb"}"#], "a ref is a text of 1 to 200 bytes without control characters",
            "Envelope 1."
        ),
        (
            [#"{"payload": 1, "ref": "\#(String(repeating: "r", count: 201))"}"#],
            "a ref is a text of 1 to 200 bytes without control characters", "Envelope 1."
        ),
        ([#"{"payload": 1, "ref": 7}"#], "a ref is a text of 1 to 200 bytes without control characters", "Envelope 1."),
        ([#"{"payload": 1, "unique_key": "k"}"#], "a task of a graph may not have a unique key", "Envelope 1."),
        ([#"{"payload": 1, "queue": 5}"#], "queue is no name of a queue", "Envelope 1."),
        ([#"{"ref": "a"}"#], "an envelope is an object with a payload", "Envelope 1."),
        (["7"], "an envelope is an object with a payload", "Envelope 1."),
        ([#"{"payload": 1, "until": 5}"#], #"an envelope has no field "until""#, "Envelope 1."),
        ([], "a graph has 1 to 100000 tasks", nil),
    ]

    @Test("a graph that cannot be is refused as a whole, by name")
    func refusals() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpGraphs()
            let connection = try await fixture.connect()
            for (envelopes, message, detail) in Self.refusals {
                let error = try await expectedError {
                    _ = try await connection.query(
                        "select cronmill.enqueue_graph('work', (\(envelopes)::text[])::jsonb[])"
                    )
                }
                #expect(error.message == message)
                #expect(error.sqlState == .invalidParameterValue)
                #expect(error.detail == detail, "\(message)")
            }
            let calls: [(SQL, String)] = [
                ("on_dead => 'stop'", "on_dead is stop"), ("on_dead => null", "on_dead is null"),
                ("keep => '-1 second'", "a graph cannot be kept for -00:00:01"),
                ("keep => null", "a graph cannot be kept for null"),
                ("name => ''", "the name of a graph has 1 to 200 bytes and no control characters"),
                ("deadline => '2020-01-01 00:00+00'", "the deadline 2020-01-01 00:00:00+00 is not to come"),
                ("deadline => 'infinity'", "the deadline infinity is not to come"),
            ]
            try await connection.execute("set timezone = 'UTC'")
            for (call, message) in calls {
                let error = try await expectedError {
                    _ = try await connection.query(
                        "select cronmill.enqueue_graph('work', array['{\"payload\": 1}'::jsonb], \(sql: call))"
                    )
                }
                #expect(error.message == message)
            }
            let tooMany = try await expectedError {
                _ = try await connection.query(
                    "select cronmill.enqueue_graph('work', array_fill('{\"payload\": 1}'::jsonb, array[100001]))"
                )
            }
            #expect(tooMany.message == "a graph has 1 to 100000 tasks")
            await connection.close()
            #expect(
                try await fixture.rows(
                    "select (select count(*) from cronmill.graph) + (select count(*) from cronmill.node) + (select count(*) from cronmill.task)"
                ) == ["0"]
            )
        }
    }

    @Test("only producers of every queue of a graph make it, or add to it, and no handler sees others' results")
    func roles() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpGraphs()
            let (mine, theirs, other) = (
                "\(fixture.runner)_mine", "\(fixture.runner)_theirs", "\(fixture.runner)_other"
            )
            try await fixture.script(
                "create role \(mine) login; create role \(theirs) login; create role \(other) login; "
                    + "grant usage on schema app to \(other); grant execute on function app.step to \(other)"
            )
            let setup = try await fixture.cronmillHere(
                "setup",
                "--queue",
                "theirs",
                "--handler",
                "app.step",
                "--run-as",
                other,
                "--schedule",
                Fixture.never
            )
            #expect(setup.exitCode == 0, "\(setup.errors)")
            for (role, queue) in [(mine, "work"), (theirs, "theirs")] {
                let granted = try await fixture.cronmillHere("grant", "producer", role, "--queue", queue)
                #expect(granted.exitCode == 0, "\(granted.errors)")
            }
            let connection = try await fixture.connect(as: mine)
            let graph: String = try #require(
                try await connection.query(
                    """
                    select cronmill.enqueue_graph('work', array[
                        '{"ref": "secret", "payload": {"ref": "secret", "result": 42}}',
                        '{"ref": "later", "payload": {}, "run_at": "2099-01-01"}']::jsonb[])::text as graph_id
                    """
                ).first
            ).get("graph_id")
            let refused: [SQL] = [
                "select cronmill.enqueue_graph('theirs', array['{\"payload\": 1}'::jsonb])",
                "select cronmill.enqueue_graph('work', array['{\"payload\": 1, \"queue\": \"theirs\"}'::jsonb])",
                "select cronmill.extend_graph(\(graph)::bigint, 'theirs', array['{\"payload\": 1}'::jsonb])",
            ]
            for statement in refused {
                let error = try await expectedError { _ = try await connection.query(statement) }
                #expect(error.sqlState == "MC003", "\(error.message)")
            }
            await connection.close()
            try await fixture.call()
            let stranger = try await fixture.connect(as: theirs)
            let error = try await expectedError {
                _ = try await stranger.query(
                    """
                    select cronmill.extend_graph(\(graph)::bigint, 'theirs', array[
                        '{"payload": 1, "after": ["secret"]}'::jsonb])
                    """
                )
            }
            #expect(error.sqlState == "MC003")
            for statement: SQL in ["select cronmill.cancel_graph(1)", "select * from cronmill.node"] {
                let denied = try await expectedError { _ = try await stranger.query(statement) }
                #expect(denied.sqlState == .insufficientPrivilege)
            }
            await stranger.close()
            _ = try await fixture.rows(
                """
                select cronmill.extend_graph(\(graph)::bigint, 'work', array[
                    '{"ref": "reader", "payload": {"ref": "reader"}, "after": ["secret"]}'::jsonb])
                """
            )
            let reader = try await fixture.number(of: "reader", in: graph)
            let query: SQL = "select cronmill.results(\(reader)::bigint) as results"
            for (role, results) in [(other, "{}"), (fixture.runner, #"{"secret": 42}"#)] {
                let handler = try await fixture.connect(as: role)
                #expect(try await handler.query(query).map { $0["results"] } == [results])
                // What is told is told once, whoever calls it.
                _ = try await handler.query(
                    """
                    select cronmill.settle_batch(p.processor_id, array(select generate_series(1, 100)::bigint))
                    from generate_series(1, 2) as p (processor_id)
                    """
                )
                await handler.close()
            }
            #expect(try await fixture.nodes(graph) == ["later ready", "reader ready", "secret done"])
            #expect(try await fixture.rows("select open_nodes from cronmill.graph") == ["2"])
        }
    }
}

import Foundation
import Postgres
import Testing

/// Tasks that wait for each other.
@Suite("Graphs", .timeLimit(.minutes(60)))
struct GraphTests {
    @Test("each task is done once, after those it waits for, in whatever order they are written")
    func order() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpGraphs()
            let graph = try await fixture.graph(
                """
                {"ref": "last", "after": ["left", "right"]}
                {"ref": "right", "after": ["first"]}
                {"ref": "left", "after": ["first"]}
                {"ref": "first"}
                """
            )
            #expect(try await fixture.rows("select count(*) from cronmill.task") == ["1"])
            #expect(
                try await fixture.rows(
                    "select count(*) from cronmill.edge as e where e.parent_id >= e.child_id"
                ) == ["0"]
            )
            try await fixture.call()
            #expect(try await fixture.nodes(graph) == ["first done", "last done", "left done", "right done"])
            #expect(
                try await fixture.rows("select string_agg(ref, ' ' order by at) from app.log") == [
                    "first right left last"
                ]
            )
            #expect(try await fixture.state(of: graph) == "done")
            #expect(try await fixture.rows("select open_nodes, ended_at is not null from cronmill.graph") == ["0|t"])
            #expect(try await fixture.rows("select done, failed from cronmill.run") == ["4|0"])
        }
    }

    /// What becomes of a child: `all` and `one` wait for the parent alone, `+` besides for a task that is done, `-`
    /// besides for one that is done, to be dead.
    private static let outcomes: [(parent: String, wanted: String, states: [String: String])] = [
        ("done", "done", ["all": "done", "one": "done", "all+": "done", "all-": "skipped", "one-": "done"]),
        (
            "done", "dead",
            ["all": "skipped", "one": "skipped", "all+": "skipped", "all-": "skipped", "one-": "skipped"]
        ),
        ("done", "any", ["all": "done", "one": "done", "all+": "done", "all-": "skipped", "one-": "done"]),
        (
            "dead", "done",
            ["all": "waiting", "one": "waiting", "all+": "waiting", "all-": "skipped", "one-": "waiting"]
        ),
        ("dead", "dead", ["all": "done", "one": "done", "all+": "done", "all-": "skipped", "one-": "done"]),
        ("dead", "any", ["all": "done", "one": "done", "all+": "done", "all-": "skipped", "one-": "done"]),
        (
            "skipped", "done",
            ["all": "skipped", "one": "skipped", "all+": "done", "all-": "skipped", "one-": "skipped"]
        ),
        (
            "skipped", "dead",
            ["all": "skipped", "one": "skipped", "all+": "done", "all-": "skipped", "one-": "skipped"]
        ),
        ("skipped", "any", ["all": "skipped", "one": "skipped", "all+": "done", "all-": "skipped", "one-": "skipped"]),
        (
            "canceled", "done",
            ["all": "canceled", "one": "canceled", "all+": "canceled", "all-": "skipped", "one-": "canceled"]
        ),
        (
            "canceled", "dead",
            ["all": "canceled", "one": "canceled", "all+": "canceled", "all-": "skipped", "one-": "canceled"]
        ),
        ("canceled", "any", ["all": "done", "one": "done", "all+": "done", "all-": "skipped", "one-": "done"]),
        (
            "purged", "done",
            ["all": "canceled", "one": "canceled", "all+": "canceled", "all-": "skipped", "one-": "canceled"]
        ),
        ("purged", "dead", ["all": "done", "one": "done", "all+": "done", "all-": "skipped", "one-": "done"]),
        ("purged", "any", ["all": "done", "one": "done", "all+": "done", "all-": "skipped", "one-": "done"]),
        ("redriven", "done", ["all": "done", "one": "done", "all+": "done", "all-": "skipped", "one-": "done"]),
        ("redriven", "dead", ["all": "done", "one": "done", "all+": "done", "all-": "skipped", "one-": "done"]),
        ("redriven", "any", ["all": "done", "one": "done", "all+": "done", "all-": "skipped", "one-": "done"]),
    ]

    @Test("how a task ends decides what becomes of those that wait for it, also of those that are added afterwards")
    func outcomeTable() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpGraphs()
            func children(_ beginning: String) -> String {
                ["done", "dead", "any"].map { wanted in
                    let parent = #"{"ref": "parent", "on": "\#(wanted)"}"#
                    return ["all", "one"].map { join in
                        [("", ""), ("+", #", "good""#), ("-", #", {"ref": "good", "on": "dead"}"#)].map { sign, more in
                            #"{"ref": "\#(beginning)\#(wanted) \#(join)\#(sign)", "join": "\#(join)", "after": [\#(parent)\#(more)]}"#
                        }.joined(separator: "\n")
                    }.joined(separator: "\n")
                }.joined(separator: "\n")
            }
            let parents = [
                "done": #"{"ref": "parent"}"#,
                "dead": #"{"ref": "parent", "payload": {"die": true}}"#,
                "skipped": #"{"ref": "parent", "after": [{"ref": "good", "on": "dead"}]}"#,
                "canceled": #"{"ref": "parent", "run_at": "2099-01-01"}"#,
                "purged": #"{"ref": "parent", "payload": {"die": true}}"#,
                "redriven": #"{"ref": "parent", "payload": {"ill": true}}"#,
            ]
            try await fixture.script("insert into app.ill (ref) values ('parent of redriven')")
            var graphs: [String: String] = [:]
            for (outcome, parent) in parents {
                let lines =
                    "{\"ref\": \"good\"}\n\(parent)\n\(children(""))\n{\"ref\": \"open\", \"run_at\": \"2099-01-01\"}"
                graphs[outcome] = try await fixture.graph(lines)
            }
            try await fixture.script(
                "update cronmill.task as t set payload = t.payload || '{\"ref\": \"parent of redriven\"}' where t.payload ? 'ill'"
            )
            try await fixture.call()
            let number = { (outcome: String) in
                try await fixture.number(of: "parent", in: try #require(graphs[outcome]))
            }
            let canceled = try await number("canceled")
            #expect(
                try await fixture.rows("select result from cronmill.cancel(array[\(unsafeRaw: canceled)]::bigint[])")
                    == ["canceled"]
            )
            let purged = try await number("purged")
            #expect(
                try await fixture.rows(
                    "select purged from cronmill.purge_dead('work', interval '0', 1, \(unsafeRaw: purged)::bigint - 1)"
                ) == ["1"]
            )
            let held = try await fixture.nodes(graphs["redriven"])
            #expect(held.filter { $0.hasSuffix("waiting") }.count == 4, "\(held)")
            try await fixture.script("delete from app.ill")
            let redriven = try await number("redriven")
            #expect(
                try await fixture.rows(
                    "select redriven from cronmill.redrive('work', array[\(unsafeRaw: redriven)]::bigint[])"
                )
                    == ["1"]
            )
            // While it is tried again nothing is released, but what waits for its death is, at once.
            let redrivenGraph = try #require(graphs["redriven"])
            _ = try await fixture.rows(
                """
                select cronmill.extend_graph(\(redrivenGraph)::bigint, 'work', array[
                    '{"payload": {"ref": "soon"}, "ref": "soon", "after": [{"ref": "parent", "on": "dead"}]}',
                    '{"payload": {"ref": "later"}, "ref": "later", "after": ["parent"]}']::jsonb[])
                """
            )
            #expect(
                try await fixture.rows(
                    "select n.state from cronmill.node as n where n.ref in ('soon', 'later') order by n.ref"
                )
                    == ["waiting", "ready"]
            )
            try await fixture.call()
            for graph in graphs.values {
                _ = try await fixture.rows(
                    """
                    select cronmill.extend_graph(\(graph)::bigint, 'work', array(
                        select jsonb_set(l::jsonb, '{payload}', jsonb_build_object('ref', l::jsonb ->> 'ref'))
                        from regexp_split_to_table(\(children("new ")), E'\\n') as l))
                    """
                )
            }
            try await fixture.call()
            for (parent, wanted, states) in Self.outcomes {
                let nodes = try await fixture.nodes(graphs[parent])
                for (child, state) in states.merging(["one+": "done"], uniquingKeysWith: { $1 }) {
                    for beginning in ["", "new "] {
                        let name = "\(beginning)\(wanted) \(child)"
                        let found = nodes.first { $0.hasPrefix("\(name) ") }
                        #expect(found == "\(name) \(state)", "parent \(parent)")
                    }
                }
            }
            #expect(
                try await fixture.rows(
                    """
                    select count(*) from cronmill.node as n where n.state = 'done' and n.ref not in ('good', 'parent')
                    """
                )
                    == (try await fixture.rows(
                        "select count(*) from app.log as l where l.ref not like 'parent%' and l.ref <> 'good'"
                    ))
            )
            #expect(
                try await fixture.rows("select count(*) from cronmill.node as n where not n.is_settled or n.is_left")
                    == ["0"]
            )
            #expect(
                try await fixture.rows(
                    """
                    select count(*) from cronmill.graph as g where g.open_nodes <> (
                        select count(*) from cronmill.node as n
                        where n.graph_id = g.graph_id and n.state in ('waiting', 'ready'))
                    """
                ) == ["0"]
            )
        }
    }

    /// `CRONMILL_FAN_IN` is how many tasks the last one waits for, `CRONMILL_FAN_IN_ROUNDS` how often it is tried.
    @Test("of a fan-in of a thousand, with four slots, the last one is done once, after all others")
    func fanIn() async throws {
        let environment = ProcessInfo.processInfo.environment
        let width = Int(environment["CRONMILL_FAN_IN"] ?? "") ?? 1000
        let rounds = Int(environment["CRONMILL_FAN_IN_ROUNDS"] ?? "") ?? 3
        try await withDatabases { fixture in
            try await fixture.setUpGraphs("--slots", "4")
            for round in 1...rounds {
                try await fixture.script("truncate app.log; delete from cronmill.run")
                let graphs = try await fixture.rows(
                    """
                    select cronmill.enqueue_graph('work', array(
                        select jsonb_build_object('ref', 'p' || n, 'payload', jsonb_build_object('ref', 'p' || n))
                        from generate_series(1, \(width)) as n
                    ) || jsonb_build_object('ref', 'last', 'payload', '{"ref": "last"}'::jsonb, 'after',
                        (select jsonb_agg('p' || n) from generate_series(1, \(width)) as n))) as graph_id
                    from generate_series(1, 2)
                    """
                )
                try await withThrowingTaskGroup { group in
                    for slot in 1...4 { group.addTask { try await fixture.call(slot: slot) } }
                    try await group.waitForAll()
                }
                try await fixture.call()
                #expect(
                    try await fixture.rows(Self.fanInFindings) == [
                        "\(2 * width + 2)|\(width + 1)|2|\(width)|0|\(2 * width + 2)|0"
                    ],
                    "round \(round)"
                )
                for graph in graphs { #expect(try await fixture.state(of: graph) == "done", "round \(round)") }
            }
        }
    }

    /// Effects and of how many different tasks, those of the last ones and how many each of them saw before it, children
    /// that were ready before their parents' ends, tasks done and failed by what the runs say.
    private static let fanInFindings: SQL = """
        select
            (select count(*) from app.log) as total,
            (select count(distinct l.ref) from app.log as l) as refs,
            (select count(*) from app.log as l where l.ref = 'last') as last,
            (select min(least(l.seen, (select count(*) from app.log) / 2 - 1)) from app.log as l where l.ref = 'last') as seen,
            (
                select count(*) from cronmill.edge as e
                join cronmill.node as p on p.task_id = e.parent_id
                join cronmill.node as c on c.task_id = e.child_id
                where p.ended_at > c.ready_at
            ) as early,
            (select sum(r.done) from cronmill.run as r) as done,
            (select sum(r.failed) from cronmill.run as r) as failed
        """
}

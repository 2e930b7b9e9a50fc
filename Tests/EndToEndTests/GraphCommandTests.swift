import Postgres
import Testing

/// Graphs from the command line.
@Suite("Graph commands", .timeLimit(.minutes(60)))
struct GraphCommandTests {
    private static let lines = """
        {"ref": "extract", "payload": {"ref": "extract"}}
        {"ref": "sales", "payload": {"ref": "sales"}, "after": ["extract"]}
        {"ref": "stock", "payload": {"ref": "stock"}, "after": ["extract"]}

        {"ref": "send", "payload": {"ref": "send"}, "after": ["sales", "stock"]}
        {"ref": "alert", "payload": {"ref": "alert"}, "join": "one", "after": [{"ref": "sales", "on": "dead"}, "stock"]}
        """

    @Test("a graph is put in from a file, listed, drawn, and canceled")
    func commands() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpGraphs()
            try await fixture.script("insert into app.ill (ref) values ('sales')")
            let put = try await fixture.cronmillHere(
                "enqueue",
                "--queue",
                "work",
                "--graph",
                "-",
                "--name",
                "daily",
                input: Self.lines
            )
            #expect(put.exitCode == 0, "\(put.errors)")
            let id = try await fixture.rows("select graph_id from cronmill.graph")[0]
            #expect(put.errors == "\(fixture.database): graph \(id) of 5 tasks enqueued into work\n")
            try await fixture.call()
            let list = try await fixture.cronmillHere("graph", "list")
            #expect(list.output.contains("daily"), "\(list.output)")
            #expect(list.output.contains("held"))
            let sales = try await fixture.number(of: "sales", in: id)
            let show = try await fixture.cronmillHere("graph", "show", id)
            #expect(show.exitCode == 0, "\(show.errors)")
            let lines = show.output.split(separator: "\n").map(String.init)
            #expect(
                lines[0] == "graph \(id) \"daily\" of queue work: held, 3 of 5 tasks done, 1 waiting, 1 dead"
            )
            #expect(lines.contains { $0.hasPrefix("├ sales ") && $0.contains(" dead ") }, "\(show.output)")
            #expect(
                lines.contains { $0.hasPrefix("│ ├ send ") && $0.hasSuffix("sales, which is dead") },
                "\(show.output)"
            )
            #expect(lines.contains { $0.hasPrefix("│ └ alert ") && $0.contains(" done ") }, "\(show.output)")
            #expect(
                lines.contains("  cronmill redrive --id \(sales) --database \(fixture.database) has it tried again")
            )
            #expect(
                lines.contains(
                    "  cronmill purge --id \(sales) --database \(fixture.database) cancels what waits for it"
                )
            )
            #expect(lines.allSatisfy { $0.count <= 80 }, "\(show.output)")
            let send = try await fixture.number(of: "send", in: id)
            let waiting = try await fixture.cronmillHere("tasks", send)
            #expect(waiting.exitCode == 1)
            #expect(waiting.errors.contains("It waits for others of its graph."), "\(waiting.errors)")
            #expect(waiting.errors.contains("cronmill graph show \(id) --database \(fixture.database)"))
            let dot = try await fixture.cronmillHere("graph", "show", id, "--dot")
            #expect(dot.output.contains("    \(sales) [label=\"sales: dead\", color=red];\n"), "\(dot.output)")
            let json = try await fixture.cronmillHere("graph", "show", id, "--json")
            #expect(json.output.contains("\"state\": \"held\""), "\(json.output)")
            let canceled = try await fixture.cronmillHere("graph", "cancel", id)
            #expect(canceled.errors == "\(fixture.database): 1 task of graph \(id) canceled\n")
            #expect(try await fixture.cronmillHere("tasks", send).errors.contains("It is canceled."))
            let none = try await fixture.cronmillHere("graph", "show", "999")
            #expect(none.exitCode == 1)
            #expect(none.errors.contains("there is no graph 999 in database \"\(fixture.database)\""))
        }
    }

    @Test("a deep chain is told from siblings, a long ref is cut, and what is not in a queue yet has no time there")
    func drawing() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpGraphs()
            var envelopes = ["{\"ref\": \"n0\"}"]
            for n in 1...15 { envelopes.append("{\"ref\": \"n\(n)\", \"after\": [\"n\(n - 1)\"]}") }
            let long = String(repeating: "r", count: 200)
            envelopes += [
                "{\"ref\": \"m13\", \"after\": [\"n12\"]}", "{\"ref\": \"m14\", \"after\": [\"m13\"]}",
                "{\"ref\": \"\(long)\", \"after\": [\"n0\"]}", "{\"ref\": \"after\", \"after\": [\"\(long)\"]}",
                "{\"ref\": \"later\", \"run_at\": \"2100-01-01\"}",
            ]
            let id = try await fixture.graph(envelopes.joined(separator: "\n"))
            let show = try await fixture.cronmillHere("graph", "show", id)
            #expect(show.exitCode == 0, "\(show.errors)")
            let lines = show.output.split(separator: "\n").map(String.init)
            let stem = "│ " + String(repeating: " ", count: 20)
            #expect(lines.contains { $0.hasPrefix("\(stem)└ n12 ") }, "\(show.output)")
            let deep = lines.filter { $0.hasPrefix("\(stem)  [") }.compactMap {
                $0.firstMatch(of: /\[\d+\] \w+/)?.output
            }
            #expect(
                deep == ["[13] n13", "[14] n14", "[15] n15", "[13] m13", "[14] m14"],
                "\(show.output)"
            )
            #expect(lines.contains { $0.hasPrefix("[13] is so many steps below the top") }, "\(show.output)")
            #expect(lines.allSatisfy { $0.count <= 120 }, "\(show.output)")
            #expect(lines.contains { $0.hasSuffix("  " + String(repeating: "r", count: 39) + "…") }, "\(show.output)")
            #expect(lines.contains { $0.contains("IN QUEUE") }, "\(show.output)")
            #expect(lines.contains { $0.wholeMatch(of: /later.* scheduled */) != nil }, "\(show.output)")
            let json = try await fixture.cronmillHere("graph", "show", id, "--json")
            #expect(json.output.contains("\"ref\": \"\(long)\""))
            // The one that is ready.
            #expect(json.output.split(separator: "\"seconds\": null").count == 21, "\(json.output)")
        }
    }

    @Test("a file that is no graph is refused by its line")
    func refusals() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpGraphs()
            let calls: [([String], String, Int32, String)] = [
                (
                    ["--graph", "-"], "{\"ref\": \"a\", \"payload\": 1}\n\n{\"payload\": 1, \"after\": [\"b\"]}", 1,
                    "line 3"
                ),
                (["--graph", "-"], "{\"ref\": \"a\"", 1, "line 1"),
                (["--graph", "-"], "", 1, "a graph has 1 to 100000 tasks"),
                (["--graph", "-", "--priority", "3"], "", 64, "each task of a graph says for itself"),
                (["--graph", "-", "--tag", "x"], "", 64, "each task of a graph says for itself"),
                (["--graph", "-", "--payload", "1"], "", 64, "give one of"),
                (["--payload", "1", "--name", "x"], "", 64, "are of a graph"),
                (["--graph", "-", "--on-dead", "stop"], "", 64, "--on-dead is hold or cancel"),
                (["--graph", "-", "--deadline", "soonish"], "{\"payload\": 1}", 1, "--deadline"),
                (["--graph", "/nowhere/graph.jsonl"], "", 64, "could not open file"),
            ]
            for (arguments, input, exitCode, text) in calls {
                let result = try await fixture.server.cronmill(
                    ["enqueue", "--queue", "work"] + arguments + ["--database", fixture.database],
                    input: Array(input.utf8)
                )
                #expect(result.exitCode == exitCode, "\(arguments): \(result.errors)")
                #expect(result.errors.contains(text), "\(arguments): \(result.errors)")
            }
            #expect(try await fixture.rows("select count(*) from cronmill.graph") == ["0"])
        }
    }
}

internal import Cronmill

extension Table {
    /// Graphs, for people.
    init(_ graphs: [TaskGraph]) {
        let times = TimeColumn(graphs.flatMap { [$0.createdAt, $0.endedAt] })
        self.init(columns: [
            Column("database"), Column("graph", alignment: .right), Column("name", shrinks: true),
            Column("queue", whenNarrow: .goes), Column("state"), Column("done", alignment: .right),
            Column("tasks", alignment: .right), Column("dead", alignment: .right),
            times.column("made at", whenNarrow: .goes), times.column("ended at", whenNarrow: .goes),
        ])
        for graph in graphs {
            append([
                Cell(graph.database), Cell(String(graph.id)), Cell(graph.name ?? ""), Cell(graph.queue ?? "-"),
                Cell(graph.state.rawValue, style: graph.state.style), Cell((graph.counts[.done] ?? 0).grouped),
                Cell(graph.total.grouped), Cell((graph.counts[.dead] ?? 0).grouped), Cell(times.text(graph.createdAt)),
                Cell(graph.endedAt.map(times.text) ?? "-"),
            ])
        }
    }
}

extension TaskGraph {
    /// `graph 12 "daily report" of queue reports: active, 3 of 5 tasks done, 1 dead`.
    var headline: String {
        let counts = Node.State.allCases.compactMap { state -> String? in
            guard ![.done, .ready].contains(state), let count = self.counts[state], count > 0 else { return nil }
            return "\(count.grouped) \(state.rawValue)"
        }
        let title = name.map { " \"\($0)\"" } ?? ""
        return "graph \(id)\(title)\(queue.map { " of queue \($0)" } ?? ""): "
            + (["\(state.rawValue)", "\((self.counts[.done] ?? 0).grouped) of \(total.tasks()) done"] + counts)
            .joined(separator: ", ")
            + (deadline.map { "; deadline \($0.description)" } ?? "")
            + (error.map { "; an end could not be told: \($0.controlsEscaped)" } ?? "")
    }

    /// With its tasks where they are known.
    func json(_ nodes: [Node]?) -> JSON {
        var members: [JSON.Member] = [
            .init(name: "database", value: .string(database)), .init(name: "graph_id", value: .integer(id)),
            .init(name: "name", value: JSON(name)), .init(name: "queue", value: JSON(queue)),
            .init(name: "state", value: .string(state.rawValue)),
            .init(name: "on_dead", value: .string(cancelsOnDead ? "cancel" : "hold")),
            .init(name: "tasks", value: .integer(Int64(total))),
        ]
        for state: Node.State in [.waiting, .ready, .done, .dead, .skipped, .canceled] {
            members.append(.init(name: state.rawValue, value: .integer(Int64(counts[state] ?? 0))))
        }
        members += [
            .init(name: "held", value: .integer(Int64(held))),
            .init(name: "created_at", value: .string(createdAt.iso8601)),
            .init(name: "ended_at", value: JSON(endedAt?.iso8601)),
            .init(name: "deadline", value: JSON(deadline?.iso8601)), .init(name: "error", value: JSON(error)),
        ]
        if let nodes { members.append(.init(name: "nodes", value: .array(nodes.map(\.json)))) }
        return .object(members)
    }

    /// For Graphviz.
    func dot(_ nodes: [Node]) -> String {
        func quoted(_ text: String) -> String {
            "\"" + text.controlsEscaped.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        }
        var text = "digraph \(quoted(name ?? "graph \(id)")) {\n    node [shape=box, style=rounded];\n"
        for node in nodes {
            let colour = node.state.dotColour.map { ", color=\($0)" } ?? ""
            text += "    \(node.id) [label=\(quoted("\(node.title): \(node.state.rawValue)"))\(colour)];\n"
        }
        for node in nodes {
            for edge in node.edges {
                let label = edge.wanted == "done" ? "" : " [label=\(edge.wanted), style=dashed]"
                text += "    \(edge.parent) -> \(node.id)\(label);\n"
            }
        }
        return text + "}\n"
    }
}

extension TaskGraph.State {
    fileprivate var style: Style? {
        switch self {
        case .active: nil
        case .held: .red
        case .done: .green
        case .canceled: .dim
        }
    }
}

extension TaskGraph.Node.State {
    var style: Style? {
        switch self {
        case .waiting, .skipped, .canceled: .dim
        case .ready, .scheduled: nil
        case .retrying: .yellow
        case .dead: .red
        case .done: .green
        }
    }

    fileprivate var dotColour: String? {
        switch self {
        case .waiting, .ready, .scheduled: nil
        case .skipped, .canceled: "gray"
        case .retrying: "orange"
        case .dead: "red"
        case .done: "darkgreen"
        }
    }
}

extension TaskGraph.Node {
    var json: JSON {
        [
            "task_id": .integer(id), "ref": JSON(ref), "queue": JSON(queue), "state": .string(state.rawValue),
            "join": .string(waitsForOne ? "one" : "all"), "ready_at": JSON(readyAt?.iso8601),
            "ended_at": JSON(endedAt?.iso8601), "seconds": duration.map { .number($0.inSeconds) } ?? .null,
            "after": .array(
                edges.map { ["task_id": .integer($0.parent), "on": .string($0.wanted)] }
            ),
        ]
    }
}

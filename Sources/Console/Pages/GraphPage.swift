internal import Cronmill

/// A graph with its tasks.
struct GraphPage {
    let graph: TaskGraph
    /// Each after those it waits for.
    let nodes: [TaskGraph.Node]
    let viewer: Viewer

    /// So many tasks are shown, as on the command line.
    private static let most = 500

    private var database: String { graph.database }

    var html: HTML {
        let command = "cronmill graph show \(graph.id) --database \(database.shellWord)"
        let rest: HTML =
            nodes.count > Self.most
            ? "<p>\((nodes.count - Self.most).grouped) more: \(HTML.command("\(command) --json"))</p>" : ""
        return Page.view(
            title: "Graph \(graph.id)",
            trail: [
                .name(database, Link.database(database)), .name("Graphs", Link.to("graphs", ["db": database])),
            ],
            role: viewer.role,
            """
            \(facts)
            \(Page.section("Tasks", "\(tasks)\(rest)"))
            <p>\(HTML.command(command)) \(cancel)</p>
            """
        )
    }

    private var facts: HTML {
        let counts = TaskGraph.Node.State.allCases.compactMap { state in
            graph.counts[state].flatMap { $0 > 0 ? "\($0.grouped) \(state.rawValue)" : nil }
        }
        return .facts([
            ("state", "<b class=\"verdict \(graph.isInTrouble ? "bad" : "")\">\(graph.state.rawValue)</b>"),
            ("name", graph.name.map { "<bdi>\($0)</bdi>" }), ("queue", graph.queue.map { "<bdi>\($0)</bdi>" }),
            ("tasks", "\(graph.total.grouped): \(counts.joined(separator: ", "))"),
            ("held", graph.held > 0 ? "\(graph.held.grouped)" : nil),
            ("a dead task", graph.cancelsOnDead ? "cancels what waits for it" : "holds what waits for it"),
            ("created at", "\(graph.createdAt.description)"), ("ended at", graph.endedAt.map { "\($0.description)" }),
            ("deadline", graph.deadline.map { "\($0.description)" }), ("error", graph.error.map { "<bdi>\($0)</bdi>" }),
        ])
    }

    private var tasks: HTML {
        let titles = Dictionary(nodes.map { ($0.id, $0.title) }) { first, _ in first }
        var grid = Grid(
            "After: those that it waits for, or did.",
            ["task", "number", "queue", "state", "in queue", "after", "ready at", "ended at"]
        )
        for node in nodes.prefix(Self.most) {
            let after = node.edges.map { edge -> HTML in
                let wanted = edge.wanted == "done" ? "" : " (\(edge.wanted))"
                return "<bdi>\(titles[edge.parent] ?? String(edge.parent))</bdi>\(wanted)"
            }
            let one: HTML = node.waitsForOne && after.count > 1 ? "one of " : ""
            grid.append(
                [
                    "<bdi>\(node.title)</bdi>", number(node), "<bdi class=\"narrow\">\(node.queue ?? "")</bdi>",
                    "\(node.state.rawValue)",
                    "\(node.duration?.shortText ?? "")", "\(one)\(HTML(after, separator: ", "))",
                    "\(node.readyAt?.description ?? "")", "\(node.endedAt?.description ?? "")",
                ],
                style: node.state.style
            )
        }
        return grid.html
    }

    /// Those that are in a queue, or dead, have a page.
    private func number(_ node: TaskGraph.Node) -> HTML {
        switch node.state {
        case .ready, .scheduled, .retrying, .dead:
            "<a href=\"\(Link.task(node.id, in: database))\">\(String(node.id))</a>"
        case .waiting, .done, .skipped, .canceled: "\(String(node.id))"
        }
    }

    private var cancel: HTML {
        graph.endedAt == nil ? .command("cronmill graph cancel \(graph.id) --database \(database.shellWord)") : ""
    }
}

extension TaskGraph.Node.State {
    /// The class of what shows it, beside the word.
    fileprivate var style: HTML {
        switch self {
        case .waiting, .ready, .scheduled, .skipped, .canceled: ""
        case .retrying: "odd"
        case .dead: "bad"
        case .done: "good"
        }
    }
}

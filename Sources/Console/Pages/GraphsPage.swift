internal import Cronmill

/// The newest graphs of a work database.
struct GraphsPage {
    let database: String
    let graphs: [TaskGraph]
    let viewer: Viewer

    /// So many are shown.
    static let most = 50

    var html: HTML {
        let list =
            graphs.isEmpty ? "<p>None.</p>" : Self.list(graphs, "The newest \(Self.most).", in: database)
        return Page.view(
            title: "Graphs",
            trail: [.name(database, Link.database(database))],
            role: viewer.role,
            list
        )
    }

    /// - Parameter caption: which they are.
    static func list(_ graphs: [TaskGraph], _ caption: String, in database: String) -> HTML {
        var grid = Grid(
            caption,
            ["graph", "name", "queue", "state", "tasks", "done", "dead", "held", "created at", "ended at", "error"]
        )
        for graph in graphs {
            grid.append(
                [
                    "<a href=\"\(Link.graph(graph.id, in: database))\">\(String(graph.id))</a>",
                    "<bdi>\(graph.name ?? "")</bdi>", "<bdi>\(graph.queue ?? "")</bdi>", "\(graph.state.rawValue)",
                    "\(graph.total.grouped)", "\((graph.counts[.done] ?? 0).grouped)",
                    "\((graph.counts[.dead] ?? 0).grouped)", "\(graph.held.grouped)", "\(graph.createdAt.description)",
                    "\(graph.endedAt?.description ?? "")", "<bdi>\(graph.error?.firstLine ?? "")</bdi>",
                ],
                style: graph.isInTrouble ? "bad" : ""
            )
        }
        return "\(grid.html)<p>\(HTML.command("cronmill graph list --database \(database.shellWord)"))</p>"
    }
}

extension TaskGraph {
    /// Whether somebody has to look at it.
    var isInTrouble: Bool { state == .held || error != nil }
}

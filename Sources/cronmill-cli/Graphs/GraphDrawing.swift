internal import Cronmill

/// A graph as text: a table of its tasks, each below the first of those it comes after.
struct GraphDrawing {
    let headline: String
    let table: Table
    /// What is to be said below.
    let remarks: [String]

    private let nodes: [Int64: TaskGraph.Node]

    init(_ graph: TaskGraph, _ all: [TaskGraph.Node], limit: Int) {
        let nodes = Dictionary(all.map { ($0.id, $0) }) { first, _ in first }
        self.nodes = nodes
        headline = graph.headline
        var children: [Int64: [TaskGraph.Node]] = [:]
        for node in all { children[node.edges.first?.parent ?? 0, default: []].append(node) }
        var table = Table(columns: [
            .init("task", shrinks: true), .init("number", alignment: .right, whenNarrow: .goes), .init("state"),
            .init("in queue", alignment: .right), .init("waits for", shrinks: true),
        ])
        // Not by recursion: a chain may be as long as a graph.
        var rest = Array((children[0] ?? []).map { (node: $0, branch: "", stem: "", depth: 0) }.reversed())
        var (shown, isDeep) = (0, false)
        while let next = rest.popLast(), shown < limit {
            shown += 1
            let node = next.node
            let others = graph.queue == node.queue ? "" : node.queue.map { " (\($0))" } ?? ""
            table.append([
                .init("\(next.branch)\(node.drawnTitle)\(others)"), .init(String(node.id)),
                .init(node.state.rawValue, style: node.state.style),
                .init(node.duration?.shortText ?? ""),
                .init(Self.reason(node, nodes, cancels: graph.cancelsOnDead)),
            ])
            let below = children[node.id] ?? []
            let depth = next.depth + 1
            // From there on a number says it, so that it stays within the terminal.
            if depth > Self.deepest {
                isDeep = isDeep || !below.isEmpty
                rest += below.reversed().map { ($0, "\(next.stem)[\(depth)] ", next.stem, depth) }
                continue
            }
            for (index, child) in below.enumerated().reversed() {
                let isLast = index == below.count - 1
                rest.append((child, next.stem + (isLast ? "└ " : "├ "), next.stem + (isLast ? "  " : "│ "), depth))
            }
        }
        self.table = table
        let depths =
            isDeep
            ? [
                "[\(Self.deepest + 1)] is so many steps below the top, and below the nearest above it with one less: "
                    + "deeper ones are not indented."
            ] : []
        remarks = depths + Self.remarks(graph, all, nodes, hidden: all.count - shown)
    }

    /// What is further below the top is not indented more.
    private static let deepest = 12

    /// What a waiting task waits for; of another that was not released, why.
    private static func reason(_ node: TaskGraph.Node, _ nodes: [Int64: TaskGraph.Node], cancels: Bool) -> String {
        guard node.state == .waiting else { return "" }
        let open = node.edges.compactMap { edge -> String? in
            guard let parent = nodes[edge.parent] else { return nil }
            let title = parent.drawnTitle
            if parent.state == .dead, edge.wanted == "done", !cancels { return "\(title), which is dead" }
            guard parent.state.isOpen else { return nil }
            return edge.wanted == "done" ? title : "\(title) (\(edge.wanted))"
        }
        let more = open.count > 3 ? " and \(open.count - 3) more" : ""
        return (node.waitsForOne && open.count > 1 ? "one of " : "") + open.prefix(3).joined(separator: ", ") + more
    }

    private static func remarks(
        _ graph: TaskGraph,
        _ all: [TaskGraph.Node],
        _ nodes: [Int64: TaskGraph.Node],
        hidden: Int
    ) -> [String] {
        var lines: [String] = []
        if hidden > 0 { lines.append("\(hidden.grouped) more: --limit, or --json for all") }
        let database = graph.database.shellWord
        var holders: [Int64: Int] = [:]
        for node in all where node.state == .waiting {
            for edge in node.edges where edge.wanted == "done" && nodes[edge.parent]?.state == .dead {
                holders[edge.parent, default: 0] += 1
            }
        }
        for (id, count) in holders.sorted(by: { $0.key < $1.key }).prefix(10) {
            guard let holder = nodes[id] else { continue }
            lines.append("\(holder.drawnTitle) is dead and holds \(count.tasks()):")
            lines.append("  cronmill tasks \(id) --database \(database) says why")
            lines.append("  cronmill redrive --id \(id) --database \(database) has it tried again")
            lines.append("  cronmill purge --id \(id) --database \(database) cancels what waits for it")
        }
        if !holders.isEmpty { lines.append("To give it up: cronmill graph cancel \(graph.id) --database \(database)") }
        return lines
    }
}

extension TaskGraph.Node {
    /// What it is called, cut where it is long.
    fileprivate var drawnTitle: String { title.controlsEscaped.truncated(to: 40) }
}

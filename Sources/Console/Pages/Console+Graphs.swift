internal import Cronmill
internal import HTTPTypes

/// Pages of graphs and recurring templates.
extension Console {
    func graphs(_ call: Call, _ viewer: Viewer) async throws(Problem) -> Answer {
        try call.query.check(allowed: ["db"])
        let database = try snapshot().seen(by: viewer).database(call.query)
        let graphs = try await Asking(viewer).whole { try await $0.graphs(limit: GraphsPage.most, in: database) }
        return .html(GraphsPage(database: database, graphs: graphs, viewer: viewer).html)
    }

    func graph(_ call: Call, _ viewer: Viewer) async throws(Problem) -> Answer {
        try call.query.check(allowed: ["db", "id"])
        let database = try snapshot().seen(by: viewer).database(call.query)
        let id = try call.query.number("id")
        guard let found = try await Asking(viewer).whole({ try await $0.graph(id, in: database) }) else {
            throw Problem(
                status: .notFound,
                detail: "There is no such graph: it was removed some time after its end, or never was."
            )
        }
        return .html(GraphPage(graph: found.graph, nodes: found.nodes, viewer: viewer).html)
    }

    func recurring(_ call: Call, _ viewer: Viewer) async throws(Problem) -> Answer {
        try call.query.check(allowed: ["db", "name"])
        let database = try snapshot().seen(by: viewer).database(call.query)
        let name = try call.query.needed("name")
        let found = try await Asking(viewer).whole {
            try await $0.recurringTemplate(name, ticks: RecurringPage.ticks, in: database)
        }
        return .html(RecurringPage(template: found.template, ticks: found.ticks, viewer: viewer).html)
    }
}

internal import Cronmill
internal import HTTPTypes

/// Pages of databases and processors.
extension Console {
    func database(_ call: Call, _ viewer: Viewer) async throws(Problem) -> Answer {
        try call.query.check(allowed: ["db"])
        let snapshot = snapshot().seen(by: viewer)
        let database = try snapshot.database(call.query)
        onView([database])
        let asking = Asking(viewer)
        async let statistics = asking.part { try await $0.statistics(.of(database)) }
        async let dead = asking.part { try await $0.deadTaskGroups(in: database) }
        async let recurring = asking.part { try await $0.recurringTemplates(in: database) }
        async let offered = viewer.offered(in: database)
        async let graphs = asking.part { try await $0.graphs(limit: 10, in: database) }
        let page = await DatabasePage(
            database: database,
            processors: snapshot.processors(of: database),
            statistics: statistics,
            dead: dead,
            recurring: recurring,
            graphs: graphs,
            viewer: offered
        )
        return .html(page.html)
    }

    func processor(_ call: Call, _ viewer: Viewer) async throws(Problem) -> Answer {
        try call.query.check(allowed: ["db", "processor"])
        let snapshot = snapshot().seen(by: viewer)
        let database = try snapshot.database(call.query)
        onView([database])
        let known: [ProcessorStatus]
        switch snapshot.processors(of: database) {
        case .success(let found): known = found
        case .failure(let problem): throw problem
        }
        guard let status = known.first(where: { $0.processor == call.query["processor"] }) else {
            throw Problem(status: .notFound, detail: "There is no such processor.")
        }
        let (name, asking) = (status.processor, Asking(viewer))
        var wanted = RunFilter()
        (wanted.databases, wanted.processors) = ([database], [name])
        let filter = wanted
        async let settings = asking.part { try await $0.settings(of: name, in: database) }
        async let statistics = asking.part { try await $0.statistics(.of(database, name)) }
        async let dead = asking.part { try await $0.deadTaskGroups(queue: status.queue, in: database) }
        async let offered = viewer.offered(in: database)
        async let runs = asking.part { try await $0.runs(filter) }
        let page = await ProcessorPage(
            status: status,
            settings: settings,
            statistics: statistics,
            dead: dead,
            runs: runs,
            viewer: offered,
            age: snapshot.askedAt[database].map { call.now - $0 }
        )
        return .html(page.html)
    }

    func server(_ call: Call, _ viewer: Viewer) async throws(Problem) -> Answer {
        try call.query.check(allowed: [])
        let snapshot = snapshot().seen(by: viewer)
        let names = snapshot.report.databases.map(\.database)
        var report = try await Asking(viewer).whole { try await $0.serverReport(databases: names) }
        report.sizes.removeAll { !viewer.sees($0.name) }
        return .html(ServerPage(report: report, expectedStandbys: snapshot.expectedStandbys, viewer: viewer).html)
    }

    func findings(_ call: Call, _ viewer: Viewer) async throws(Problem) -> Answer {
        try call.query.check(allowed: ["db"])
        let database = try snapshot().seen(by: viewer).database(call.query)
        let asking = Asking(viewer)
        async let drift = asking.part { try await $0.comparison(of: database) }
        async let permissions = asking.part { try await $0.checkPermissions(databases: [database]) }
        let page = await FindingsPage(database: database, drift: drift, permissions: permissions, viewer: viewer)
        return .html(page.html)
    }
}

extension StatisticsRequest {
    fileprivate static func of(_ database: String, _ processor: String? = nil) -> StatisticsRequest {
        var request = StatisticsRequest()
        (request.databases, request.processors) = ([database], processor.map { [$0] })
        return request
    }
}

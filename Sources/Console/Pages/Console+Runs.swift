internal import Cronmill
internal import FoundationEssentials
internal import HTTPTypes

/// Pages of runs and alarms.
extension Console {
    func timeline(_ call: Call, _ viewer: Viewer) async throws(Problem) -> Answer {
        try call.query.check(allowed: ["db", "processor", "hours"])
        let snapshot = snapshot().seen(by: viewer)
        let database = try snapshot.database(call.query)
        let known = (try? snapshot.processors(of: database).get()) ?? []
        let processor = call.query["processor"]
        guard processor == nil || known.contains(where: { $0.processor == processor }) else {
            throw Problem(status: .notFound, detail: "There is no such processor.")
        }
        guard let hours = Int(call.query["hours"] ?? "1"), TimelinePage.hours.contains(hours) else {
            throw .badRequest("hours is 1, 3, 6, 12 or 24.")
        }
        var filter = RunFilter()
        (filter.databases, filter.processors) = ([database], processor.map { [$0] })
        filter.limit = TimelinePage.mostRuns
        // What began before may go on in this while.
        filter.since = .ago(.seconds(hours * 3600) + .seconds(1800))
        let asking = Asking(viewer)
        var whole = filter
        (whole.databases, whole.processors, whole.countsTasks) = (nil, nil, false)
        let (own, server) = (filter, whole)
        async let found = runs(own, asking)
        async let all = runs(server, asking)
        let now = try await asking.whole { try await $0.clock() }
        let (report, _) = try await found.get()
        let (everywhere, showsOthers) = try await all.get()
        let slots = Array(
            known.filter { processor == nil || $0.processor == processor }.flatMap { status in
                (0..<status.slots).map { "\(status.processor)#\($0 + 1)" }
            }.prefix(20_000)
        )
        let timeline = Timeline(
            report.runs,
            of: everywhere.runs,
            now: now.date,
            length: .seconds(hours * 3600),
            slots: slots
        )
        let page = TimelinePage(
            database: database,
            processor: processor,
            hours: hours,
            timeline: timeline,
            report: report,
            isPartial: everywhere.runs.count >= TimelinePage.mostRuns,
            limit: snapshot.report.capacity?.maxRunningJobs,
            showsOthers: showsOthers,
            now: now,
            viewer: viewer
        )
        return .html(page.html)
    }

    /// With runs of other jobs, where the role may see them and they are not of one processor.
    private func runs(_ filter: RunFilter, _ asking: Asking) async -> Result<
        (report: RunReport, hasOthers: Bool), Problem
    > {
        var wider = filter
        wider.includesOtherJobs = true
        let all = wider
        if filter.processors == nil, case .success(let report) = await asking.part({ try await $0.runs(all) }) {
            return .success((report, true))
        }
        return await asking.part { try await $0.runs(filter) }.map { ($0, false) }
    }

    func alarms(_ call: Call, _ viewer: Viewer) async throws(Problem) -> Answer {
        try call.query.check(allowed: ["history"])
        let (asking, showsHistory) = (Asking(viewer), call.query["history"] != nil)
        async let thresholds = asking.part { try await $0.thresholds() }
        let seen = snapshot().seen(by: viewer)
        let alarms = try await asking.whole { try await $0.alarms(withHistory: showsHistory) }.filter(seen.shows)
        let page = await AlarmsPage(
            alarms: alarms,
            thresholds: thresholds,
            showsHistory: showsHistory,
            viewer: viewer
        )
        return .html(page.html)
    }
}

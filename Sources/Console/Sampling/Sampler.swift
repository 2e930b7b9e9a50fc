internal import Cronmill
internal import FoundationEssentials
internal import Postgres
internal import Synchronization

/// Asks the databases, at its own pace, for all who look: what is asked does not depend on how many those are.
///
/// Each work database is asked by `Deployment.look`, eight at once at most and by a connection that is not kept, and the
/// cron database every five seconds, by one that is kept for half a minute, to judge what has come in: what `status`
/// does, in two parts. So one that hangs delays no other, and the cron database none of them.
actor Sampler {
    private let deployment: Deployment
    private let registry: RegistryConnection
    /// The databases asked; nil is all that are registered.
    private let named: [String]?
    /// Whether it is asked how long tasks wait and take, too.
    private let asksForTimes: Bool
    /// Told once that the cron database does not answer, and that it does again.
    private let log: @Sendable (String) -> Void
    private let published = Mutex(Snapshot())
    /// When somebody last looked at a database.
    private let viewedAt = Mutex<[String: ContinuousClock.Instant]>([:])
    private var entries: [String: Entry] = [:]
    /// Names, in order.
    private var databases: [String] = []
    private var looks: [String: Task<Void, Never>] = [:]
    /// When sizes of databases were asked for last.
    private var sizesAskedAt: ContinuousClock.Instant?

    /// What is known of a work database.
    private struct Entry {
        var dueAt: ContinuousClock.Instant
        /// What came in and is not judged yet.
        var unjudged: Result<WorkLook, any Error>?
        var outcome: Result<[ProcessorStatus], any Error>?
        var remarks: [String] = []
        var times: [ProcessorTimes] = []
        var askedAt: ContinuousClock.Instant?
        /// When it was first seen not to answer, of all the times since it did; nil where the outcome is an answer.
        var downSince: Date?

        /// Whether it answered the last time; one that was not asked yet may.
        var answers: Bool { unjudged?.isSuccess ?? outcome?.isSuccess ?? true }
    }

    /// Connections to work databases at once.
    static let atOnce = 8
    /// Those of them that are left to databases that answer: one that hangs may keep its own for half a minute, and comes
    /// again soon.
    static let atOnceForWell = 3
    /// How often a database is asked that nobody looks at and nothing is wrong with.
    static let restInterval = Duration.seconds(60)
    /// How often one is tried that cannot be reached.
    static let retryInterval = Duration.seconds(15)
    /// So many may be asked more often than that: those that are on a screen, if they are no more, and those in trouble.
    static let mostHurried = 20

    init(
        deployment: Deployment,
        databases: [String]?,
        asksForTimes: Bool = false,
        expectedStandbys: Int? = nil,
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.log = log
        self.asksForTimes = asksForTimes
        published.withLock { $0.expectedStandbys = expectedStandbys }
        self.deployment = deployment.impatient
        registry = RegistryConnection(self.deployment)
        named = databases
    }

    /// What was found out last.
    nonisolated var snapshot: Snapshot { published.withLock { $0 } }

    /// Told that somebody looks at these databases.
    nonisolated func noteViewer(of names: [String]) {
        guard names.count <= Self.mostHurried else { return }
        viewedAt.withLock { viewedAt in for name in names { viewedAt[name] = .now } }
    }

    /// Looks until the task is cancelled. No error ends it: what cannot be reached now is tried again.
    func run() async {
        while !Task.isCancelled {
            let began = ContinuousClock.now
            let isFirst = databases.isEmpty
            await tick()
            // The first time says which there are.
            if isFirst, !databases.isEmpty { continue }
            // Cancelled is seen above.
            try? await Task.sleep(until: began + Snapshot.interval, clock: .continuous)
        }
        for look in looks.values { look.cancel() }
        await registry.close()
    }

    private func tick() async {
        let began = ContinuousClock.now
        published.withLock { $0.triedAt = began }
        if let named { know(named) }
        hurryForViewer()
        startLooks()
        // Most answer at once, and are in this snapshot; who does not is in another.
        for _ in 0..<40 where !looks.isEmpty { try? await Task.sleep(for: .milliseconds(50)) }
        await judge(since: began)
    }

    private func know(_ names: [String]) {
        databases = names
        entries = entries.filter { names.contains($0.key) }
        for name in names where entries[name] == nil { entries[name] = Entry(dueAt: .now) }
    }

    /// Who begins to look at a few databases is not shown for a minute what was seen before.
    private func hurryForViewer() {
        let viewed = viewedAt.withLock { viewedAt in
            viewedAt = viewedAt.filter { .now - $0.value < .seconds(30) && entries[$0.key] != nil }
            return viewedAt.sorted { $0.value > $1.value }
        }
        for (name, _) in viewed.prefix(Self.mostHurried) {
            guard let entry = entries[name], let askedAt = entry.askedAt, entry.outcome?.isSuccess == true else {
                continue
            }
            entries[name]?.dueAt = min(entry.dueAt, askedAt + Snapshot.interval - .milliseconds(500))
        }
    }

    // MARK: Work databases

    private func startLooks() {
        let now = ContinuousClock.now
        let due = entries.filter { looks[$0.key] == nil && $0.value.dueAt <= now }
            .sorted { ($0.value.dueAt, $0.key) < ($1.value.dueAt, $1.key) }
        for (name, entry) in due where looks.count < Self.atOnce {
            let hanging = looks.keys.count { entries[$0]?.answers == false }
            guard entry.answers || hanging < Self.atOnce - Self.atOnceForWell else { continue }
            looks[name] = Task {
                let outcome: Result<WorkLook, any Error>
                do {
                    outcome = .success(
                        try await within(.seconds(20)) { [deployment, asksForTimes] in
                            try await deployment.look(at: name, withTimes: asksForTimes)
                        }
                    )
                } catch {
                    outcome = .failure(error)
                }
                took(outcome, of: name)
            }
        }
    }

    private func took(_ outcome: Result<WorkLook, any Error>, of name: String) {
        looks[name] = nil
        if let position = databases.firstIndex(of: name), let entry = entries[name] {
            let now = ContinuousClock.now
            entries[name]?.unjudged = outcome
            entries[name]?.times = (try? outcome.get())?.times ?? []
            entries[name]?.askedAt = now
            if entry.askedAt == nil {
                // From the first time on they are spread over the minute,
                let share = Double(position + 1) / Double(databases.count)
                entries[name]?.dueAt = now + Self.restInterval * share
            } else {
                // and stay so: those of which some came late are not together from then on.
                entries[name]?.dueAt = max(entry.dueAt + Self.restInterval, now + Self.restInterval / 2)
            }
        }
        startLooks()
    }

    // MARK: The cron database

    private func judge(since began: ContinuousClock.Instant) async {
        let fresh = databases.compactMap { name in
            entries[name]?.unjudged.map { DatabaseResult(database: name, outcome: $0) }
        }
        let asked = entries.mapValues(\.askedAt)
        // Only cancelled it throws.
        let wantsSizes = sizesAskedAt.map { began - $0 >= Self.restInterval } ?? true
        guard let watch = try? await deployment.watch(fresh, named: named, withSizes: wantsSizes, by: registry) else {
            return
        }
        let report = watch.report
        let now = ContinuousClock.now
        for result in report.databases {
            // Where the cron database did not answer, they are judged when it does; and what came in meanwhile is.
            if report.cronError == nil, entries[result.database]?.askedAt == asked[result.database] {
                entries[result.database]?.unjudged = nil
            }
            entries[result.database]?.outcome = result.outcome
            let downSince = entries[result.database]?.downSince ?? Date()
            entries[result.database]?.downSince = result.outcome.isSuccess ? nil : downSince
            entries[result.database]?.remarks = report.databaseRemarks
        }
        hurryTroubled()
        var snapshot = snapshot
        noteAnswer(report.cronError, after: snapshot)
        snapshot.report = whole(report)
        snapshot.askedAt = entries.compactMapValues(\.askedAt).filter { entries[$0.key]?.outcome != nil }
        snapshot.downSince = entries.compactMapValues(\.downSince)
        if let registered = watch.registered, named == nil { know(registered) }
        snapshot.pending = databases.filter { entries[$0]?.outcome == nil }
        snapshot.alarms = watch.alarms?.filter(snapshot.shows)
        snapshot.totals = watch.totals ?? []
        snapshot.times = asksForTimes ? entries.mapValues(\.times) : nil
        snapshot.server = watch.server
        if let sizes = watch.sizes { (snapshot.sizes, sizesAskedAt) = (sizes, began) }
        if report.cronError == nil { snapshot.cronAnsweredAt = now }
        snapshot.takenAt = Date()
        snapshot.took = .now - began
        published.withLock { $0 = snapshot }
    }

    private func noteAnswer(_ error: (any Error)?, after last: Snapshot) {
        let failed = last.report.cronError != nil
        if let error, !failed {
            let since = last.cronAnsweredAt.map { _ in " since \(last.takenAt.iso8601)" } ?? ""
            log(
                "cron database \"\(deployment.cronDatabase)\": no answer\(since): it \(Snapshot.reason(error))"
                    .controlsEscaped
            )
        } else if error == nil, failed {
            log("cron database \"\(deployment.cronDatabase)\": answers again".controlsEscaped)
        }
    }

    /// This report's view of the server, and the last view of every database.
    private func whole(_ latest: StatusReport) -> StatusReport {
        var report = latest
        report.databases = databases.compactMap { name in
            entries[name]?.outcome.map { DatabaseResult(database: name, outcome: $0) }
        }
        var said: Set<String> = []
        report.databaseRemarks = databases.flatMap { entries[$0]?.remarks ?? [] }.filter { said.insert($0).inserted }
        return report
    }

    private func hurryTroubled() {
        var hurried = 0
        for name in databases where hurried < Self.mostHurried {
            guard let entry = entries[name], let askedAt = entry.askedAt, let outcome = entry.outcome else { continue }
            let interval: Duration
            switch outcome {
            case .failure: interval = Self.retryInterval
            case .success(let found):
                guard !found.allSatisfy(\.verdict.isFine) else { continue }
                interval = Snapshot.interval - .milliseconds(500)
            }
            hurried += 1
            entries[name]?.dueAt = min(entry.dueAt, askedAt + interval)
        }
    }
}

extension Result {
    fileprivate var isSuccess: Bool { if case .success = self { true } else { false } }
}

internal import Foundation
internal import PrivateServer

/// Processors that sleep, hundreds of them.
extension Measurement {
    /// Measures on a server of its own; what is known when something fails is kept, and the failure given back.
    mutating func failure(ofSleep parts: [Bench.SleepPart]) async -> (any Error)? {
        do {
            try await furnishSleep()
            let usual: [Bench.SleepPart] = [.rest, .wakes, .hot, .outage, .overload]
            if parts.contains(where: usual.contains) || parts.contains(.workers) {
                try await measureSetUp(measuringRest: parts.contains(.rest))
            }
            if parts.contains(.wakes) { try await measureWakes("libpq", part: "libpq") }
            if parts.contains(.hot) { try await measureHot() }
            if parts.contains(.outage) { try await measureOutage() }
            if parts.contains(.overload) { try await measureOverload() }
            if parts.contains(.enqueue) { try await measureRings() }
            if parts.contains(.workers), try await stage.knowsSeconds() { try await measureWorkers() }
            return nil
        } catch {
            // The server and its log are gone afterwards.
            if let errors = try? stage.loggedErrors().errors {
                for error in errors.prefix(20) { say("server log: \(error.count) x \(error.text)") }
            }
            return error
        }
    }

    private mutating func furnishSleep() async throws {
        let took = try await stage.furnishSleepers(scale.sleepers)
        if report.circumstances.isEmpty {
            report.circumstances = try await stage.circumstances(scale)
            say(report.circumstancesText)
        }
        add("sleep: databases made", took.making, "s", note: "\(scale.sleepers.grouped) of them")
        add("sleep: set up by cronmill", took.settingUp, "s", note: "50 in a call")
    }

    private mutating func measureSetUp(measuringRest: Bool) async throws {
        let short = max(30, scale.restSeconds / 5)
        let before =
            measuringRest ? try await stage.withoutAutovacuum { try await stage.rest(seconds: short) } : nil
        let took = try await stage.enableSleepers(scale.sleepers)
        add("sleep: enabled by cronmill", took.enabling, "s")
        add("sleep: from then until all sleep", took.falling, "s", note: "the first run of each; a budget of 30")
        try await noteErrors("setting up")
        guard let before else { return }
        // Counters are told late, and autovacuum looks at what was just made.
        try await Task.sleep(for: .seconds(scale.isQuick ? 5 : 60))
        let whole = try await stage.rest(seconds: short)
        let rest = try await stage.withoutAutovacuum { try await stage.rest(seconds: scale.restSeconds) }
        let size = "\(scale.sleepers.grouped) asleep"
        let over = "over \(scale.restSeconds) s"
        add("rest: server without autovacuum, of one core", rest.share, "%", note: "\(size), \(over)")
        add("rest: the same before they were enabled", before.share, "%", note: "over \(short) s")
        add("rest: the same asleep, with autovacuum", whole.share, "%", note: "each database once a minute")
        add("rest: rows of history", rest.rowsPerMinute, "a minute", note: "all are the housekeepers'")
        add("rest: backends in work databases", Double(rest.backends), "at most")
        try await noteErrors("rest")
    }

    // MARK: Wakes

    private mutating func measureWakes(_ mode: String, part: String) async throws {
        let isQuick = try await stage.knowsSeconds()
        // Places are needed for some seconds each; with minutes for one at least.
        let rate = isQuick ? min(3, Double(scale.sleepers) / 20) : min(0.25, Double(scale.sleepers) / 100)
        try await stage.waitUntilAsleep(scale.sleepers)
        let size = try await stage.jobTableSize()
        let connection = try await stage.costOfConnection(to: (1...min(50, scale.sleepers)).map(Stage.sleeper))
        let share = try await stage.idleShare(seconds: scale.isQuick ? 10 : 30) / 100
        let begun = ContinuousClock.now
        let before = try stage.processorSeconds()
        let produced = try await stage.produce(
            part,
            perSecond: rate,
            seconds: scale.wakeSeconds,
            among: scale.sleepers
        )
        // Beyond this one they are lost, unless a sweep finds them.
        let waits = try await stage.waits(part, produced.tasks, within: 240)
        try await stage.waitUntilAsleep(scale.sleepers)
        let took = (ContinuousClock.now - begun).inSeconds
        let used = try stage.processorSeconds() - before - share * took
        let runs = try await stage.cronRows(seconds: took, like: "call cronmill_processor%")
        let each = 1000 * used / Double(produced.total) - 1000 * connection
        let name = "wake, \(mode)"
        let cold = waits.filter(\.isCold).map(\.milliseconds).sorted()
        let note =
            "\(cold.count) of \(scale.sleepers.grouped), \(rate.rounded(2)) a second; enqueue's commit to the handler"
        add("\(name): p50", cold.quantile(0.5), "ms", note: note)
        add("\(name): p99", cold.quantile(0.99), "ms")
        add("\(name): longest", cold.last, "ms")
        add("\(name): processor time of the server", each, "ms", note: "beyond its rest and the producer's connection")
        add("\(name): runs in the history", Double(runs) / Double(produced.total), "a wake")
        add(
            "\(name): cron.job with its indexes, after",
            try await stage.jobTableSize(),
            "kB",
            note: "\(size.rounded(0)) kB before"
        )
        add("\(name): enqueue p99", produced.milliseconds.quantile(0.99), "ms", note: "as the client sees it")
        try await noteErrors(name)
    }

    /// The other mode of pg_cron; the restart wakes all of them.
    private mutating func measureWorkers() async throws {
        try await stage.script("alter system set cron.use_background_workers = on")
        try await stage.server.restart(immediate: false)
        let begun = ContinuousClock.now
        // All are woken, which the housekeeper has to begin with.
        while try await stage.sleepStates()["asleep", default: 0] == scale.sleepers {
            guard (ContinuousClock.now - begun).inSeconds < 120 else { throw InvalidRound("nobody is woken") }
            try await Task.sleep(for: .milliseconds(500))
        }
        try await stage.waitUntilAsleep(scale.sleepers)
        add("restart: until all have looked and sleep", (ContinuousClock.now - begun).inSeconds, "s")
        try await noteErrors("restart")
        try await measureWakes("workers", part: "workers")
    }

    // MARK: One hot database

    private mutating func measureHot() async throws {
        let name = Stage.sleeper(1)
        let first = try await stage.produce("first", perSecond: 1, seconds: 1, into: name)
        _ = try await stage.waits("first", [name: first], within: 120)
        let seconds = scale.hotTicks * 60 + 10
        let before = try stage.processorSeconds()
        let total = try await stage.produce("hot", perSecond: 10, seconds: seconds, into: name)
        let used = 100 * (try stage.processorSeconds() - before) / Double(seconds)
        let waits = try await stage.waits("hot", [name: total], within: 60).map(\.milliseconds).sorted()
        let note =
            "\(total.grouped) tasks, 10 a second, over \(scale.hotTicks) ticks, beside \(scale.sleepers - 1) asleep"
        add("hot: p50", waits.quantile(0.5), "ms", note: note)
        add("hot: p99", waits.quantile(0.99), "ms")
        add("hot: longest", waits.last, "ms")
        add("hot: server, of one core", used, "%", note: "the producer's session included")
        try await noteErrors("hot")
        try await stage.waitUntilAsleep(scale.sleepers)
    }

    // MARK: The registry cannot be reached

    private mutating func measureOutage() async throws {
        let seconds = scale.outageSeconds
        let before = try await stage.produce("before", perSecond: 4, seconds: seconds, among: scale.sleepers)
        _ = try await stage.waits("before", before.tasks, within: 240)
        try await stage.admitLinks(false)
        let during: Stage.Producing
        do {
            during = try await stage.produce("during", perSecond: 4, seconds: seconds, among: scale.sleepers)
        } catch {
            try await stage.admitLinks(true)
            throw error
        }
        try await stage.admitLinks(true)
        let back = Date().timeIntervalSince1970
        let waits = try await stage.waits("during", during.tasks, within: 600)
        let ends = try await stage.lastBegun("during", in: Array(during.tasks.keys)) - back
        let errors = during.errors.count
        let note = "\(during.total) enqueues, 4 a second; the link's roles could not log in for \(seconds) s"
        add("outage: errors of enqueue", Double(errors), "", note: during.errors.first ?? note)
        add("outage: enqueue p99", during.milliseconds.quantile(0.99), "ms", note: errors > 0 ? note : "")
        add("outage: enqueue p99 before", before.milliseconds.quantile(0.99), "ms")
        add("outage: longest wait", (waits.map(\.milliseconds).max() ?? 0) / 1000, "s")
        add("outage: all were begun after the end", max(0, ends), "s")
        try await noteErrors("outage")
        try await stage.waitUntilAsleep(scale.sleepers)
    }

    // MARK: Overload

    private mutating func measureOverload() async throws {
        let (count, budget, seconds, task) = (scale.overloaded, scale.overloadBudget, scale.overloadSeconds, 0.25)
        try await stage.setBudget(budget)
        let found = try await stage.overload(
            "overload",
            perSecond: 2 * Double(budget) / task,
            eachTaking: task,
            seconds: seconds,
            among: count,
            budget: budget
        )
        let waits = try await stage.coldWaits("overload", among: count, within: 300)
        try await stage.forgetTasks(among: count)
        try await stage.setBudget(Stage.sleepBudget)
        let bound = 12 * ((found.wanting + budget - 1) / budget)
        add(
            "overload: backends of slots",
            Double(found.most),
            "at most",
            goal: "\(budget)",
            note: "more in \(found.beyond) of \(found.looks) looks; \(count) databases, Zipf, twice the budget, "
                + "\(seconds) s, \(found.tasks.grouped) tasks of \(task) s"
        )
        add("overload: wait of a cold task, p50", (waits.quantile(0.5) ?? 0) / 1000, "s", note: "\(waits.count) tasks")
        add("overload: wait of a cold task, p99", (waits.quantile(0.99) ?? 0) / 1000, "s")
        add(
            "overload: wait of a cold task, longest",
            (waits.last ?? 0) / 1000,
            "s",
            goal: "at most \(bound)",
            note: "\(found.wanting) processors wanted a place at most: ceil(W / B) x 12 s"
        )
        try await noteErrors("overload")
        try await stage.waitUntilAsleep(scale.sleepers)
    }

    // MARK: Enqueue

    private mutating func measureRings() async throws {
        try await stage.furnishRings()
        let folder = try stage.temporaryFolder()
        defer { stage.removeFolder(folder) }
        let (stage, count, path, lines) = (stage, scale.enqueues, "\(folder)/tasks.jsonl", scale.lines / 5)
        try stage.writeLines(lines, to: path)
        let ways: [(name: String, count: Int, enqueue: @Sendable (String) async throws -> Contender.Took)] = [
            ("enqueue", count, { try await stage.enqueueByBench($0, many: false, clients: 1, count: count) }),
            (
                "enqueue, 4 clients", count,
                { try await stage.enqueueByBench($0, many: false, clients: 4, count: count) }
            ),
            (
                "enqueue_many, 1000 each", 10 * count,
                { try await stage.enqueueByBench($0, many: true, clients: 1, count: count / 100) }
            ),
            ("cronmill enqueue --file", lines, { try await stage.enqueueByFile($0, path) }),
        ]
        func title(_ way: String, _ looker: Stage.Looker) -> String { "\(way): \(looker.says)" }
        let lookers = Stage.Looker.allCases
        for round in 0..<scale.rounds {
            for way in ways {
                for position in lookers.indices {
                    // Each time another one begins.
                    let looker = lookers[(position + round) % lookers.count]
                    try await measure(
                        Contender(name: title(way.name, looker), count: way.count) {
                            .took(try await way.enqueue(looker.rawValue))
                        },
                        round
                    )
                }
            }
        }
        for way in ways {
            for looker in lookers where looker != .never {
                report.addRatio(
                    "\(way.name): \(looker.rawValue) / never",
                    title(way.name, looker),
                    title(way.name, .never)
                )
            }
        }
        try await noteErrors("enqueue")
    }

    /// Errors in the server's log are as much a result as any figure.
    private mutating func noteErrors(_ part: String) async throws {
        let found = try stage.loggedErrors(after: logEnd)
        logEnd = found.end
        let total = found.errors.map(\.count).reduce(0, +)
        let most = found.errors.prefix(3).map { "\($0.count) x \($0.text)" }.joined(separator: "; ")
        add("\(part): errors in the server's log", Double(total), "", note: most)
        for error in found.errors.dropFirst(3).prefix(10) { say("  \(error.count) x \(error.text)") }
        for error in found.errors.prefix(3) { say("  \(error.count) x \(error.text)") }
    }
}

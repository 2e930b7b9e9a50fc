internal import Foundation
internal import Postgres

/// One call of the benchmarks under way.
struct Measurement: Sendable {
    let stage: Stage
    let scale: Scale
    var report = Report()
    /// How far the server's log has been read.
    var logEnd = 0

    enum Name {
        static let ours = "cronmill, 1 slot"
        static let limit = "limit: delete returning"
        static let queue = "PgQ"
        static let quickQueue = "PgQ, quicker call"
        static let failing = "cronmill, 1% failing"
        static let slots = [2, 4].map { (count: $0, name: "cronmill, \($0) slots") }
        static let many = "cronmill, long queue"
        static let snapshot = "cronmill, old snapshot held"
        static let dead = "cronmill, dead entries ahead"
        static let procrastinate = "procrastinate"
        static let pgqueuer = "pgqueuer"
        static let copy = "COPY, one jsonb column"
        static let indexed = "COPY, with the index"
        static let owner = "cronmill enqueue, owner"
        static let producer = "cronmill enqueue, producer"
    }

    /// Measures; what is known when something fails is kept, and the failure given back.
    mutating func failure(of sections: [Bench.Section]) async -> (any Error)? {
        do {
            report.circumstances = try await stage.circumstances(scale)
            say(report.circumstancesText)
            try await measureDrains(sections)
            addRatios()
            if sections.contains(.failing) { try await measureFailing() }
            if sections.contains(.enqueue) { try await measureEnqueue() }
            if sections.contains(.single) { try await measureSingle() }
            if sections.contains(.graph) { try await measureGraphs() }
            if sections.contains(.claim) { try await measureClaim() }
            if sections.contains(.tags) { try await measureTags() }
            if sections.contains(.recurring) { try await measureRecurring() }
            if sections.contains(.idle) || sections.contains(.latency) { try await measureScheduled(sections) }
            if sections.contains(.growth) { try await measureGrowth() }
            // Last: their processors stay enabled. Both make the same databases, so it is one of them.
            if sections.contains(.reports) {
                try await measureReports()
            } else if sections.contains(.console) {
                try await measureConsole()
            }
            return nil
        } catch {
            return error
        }
    }

    // MARK: Drains

    private func contenders(_ sections: [Bench.Section]) -> [Contender] {
        let (stage, tasks, few, many) = (stage, scale.tasks, scale.fewTasks, scale.manyTasks)
        var all: [Contender] = []
        if sections.contains(.drain) || sections.contains(.snapshot) {
            all.append(
                Contender(name: Name.ours, count: tasks) {
                    try await stage.fill("noop", tasks)
                    return .took(try await stage.drain("noop"))
                }
            )
        }
        if sections.contains(.snapshot) {
            all.append(
                Contender(name: Name.snapshot, count: tasks) {
                    try await stage.fill("noop", tasks)
                    return .took(try await stage.withSnapshot { try await stage.drain("noop") })
                }
            )
        }
        if sections.contains(.drain) {
            all += [
                Contender(name: Name.limit, count: tasks, note: "batches of 2000, no handler, no lock, no isolation") {
                    try await stage.fill("noop", tasks)
                    return .took(try await stage.emptyByDelete("noop"))
                },
                Contender(name: Name.queue, count: tasks, note: "batches of 2000, perform handler, no isolation") {
                    try await stage.drainPgQ(tasks, callsByPerform: true)
                },
                Contender(name: Name.quickQueue, count: tasks, note: "the handler called within an expression") {
                    try await stage.drainPgQ(tasks, callsByPerform: false)
                },
                Contender(name: Name.failing, count: tasks, note: "one in 100 raises an exception") {
                    try await stage.fill("failing", tasks, failingEvery: 100)
                    let took = try await stage.drain("failing", leaving: tasks / 100)
                    _ = try await stage.script(
                        "delete from cronmill.task as t where t.queue_id = cronmill.queue_id('failing')"
                    )
                    return .took(took)
                },
            ]
            all += Name.slots.map { slots in
                Contender(name: slots.name, count: tasks) {
                    try await stage.fill("several", tasks)
                    return .took(try await stage.drain("several", slots: Array(1...slots.count)))
                }
            }
        }
        if sections.contains(.large) {
            all.append(
                Contender(name: Name.many, count: many) {
                    try await stage.fill("noop", many)
                    return .took(try await stage.drain("noop"))
                }
            )
        }
        if sections.contains(.python) {
            all += [
                Contender(name: Name.procrastinate, count: few, note: "its worker, concurrency 10") {
                    try await stage.drainPython("procrastinate", few, setting: 10)
                },
                Contender(name: Name.pgqueuer, count: few, note: "its queue manager, batch_size 100") {
                    try await stage.drainPython("pgqueuer", few, setting: 100)
                },
            ]
        }
        return all
    }

    private mutating func measureDrains(_ sections: [Bench.Section]) async throws {
        let contenders = contenders(sections)
        if !contenders.isEmpty {
            // The first drain of a new server pays for its memory and for the growth of its files.
            try await stage.fill("noop", scale.tasks)
            _ = try await stage.drain("noop")
        }
        for round in 0..<scale.rounds where !contenders.isEmpty {
            // Each time another one begins, so that none is always the first after the same other.
            let first = round % contenders.count
            for contender in contenders[first...] + contenders[..<first] {
                try await measure(contender, round)
            }
        }
        if sections.contains(.dead) {
            let (stage, dead, tasks) = (stage, scale.deadTasks, scale.tasks)
            let contender = Contender(
                name: Name.dead,
                count: tasks,
                note: "\(dead) of them, kept by a snapshot; one round"
            ) {
                let took = try await stage.withSnapshot {
                    let connection = try await stage.connect()
                    try await connection.execute("call bench.fill('noop', \(literal: dead))")
                    try await connection.execute(
                        "delete from cronmill.task as t where t.queue_id = cronmill.queue_id('noop')"
                    )
                    await connection.close()
                    try await stage.fill("noop", tasks)
                    return try await stage.drain("noop")
                }
                try await stage.settle()
                return .took(took)
            }
            try await measure(contender, 0)
        }
        // The order of the table, whichever was the first to end.
        let order = contenders.map(\.name)
        report.timings.sort { left, right in
            (order.firstIndex(of: left.name) ?? order.count) < (order.firstIndex(of: right.name) ?? order.count)
        }
    }

    mutating func measure(_ contender: Contender, _ round: Int) async throws {
        switch try await contender.measure() {
        case .took(let took):
            report.add(took, of: contender)
            let rate = Int(Double(contender.count) / took.seconds)
            say("round \(round + 1)  \(contender.name): \(rate.grouped) per second")
        case .missing(let reason):
            report.add(nil, of: contender, note: "not measured: \(reason)")
            say("round \(round + 1)  \(contender.name): \(reason)")
        }
    }

    private mutating func addRatios() {
        report.addRatio("cronmill / limit", Name.ours, Name.limit, goal: "at least 0.6")
        report.addRatio("cronmill / PgQ", Name.ours, Name.queue, goal: "at least 1.2")
        report.addRatio("cronmill / PgQ, quicker call", Name.ours, Name.quickQueue)
        let extrapolated = "\(scale.fewTasks) tasks there, compared per task"
        for peer in [Name.procrastinate, Name.pgqueuer] {
            report.addRatio("cronmill / \(peer)", Name.ours, peer, goal: "at least 20", note: extrapolated)
        }
        report.addRatio("1% failing / clean", Name.failing, Name.ours, goal: "at least 0.5")
        for slots in Name.slots {
            let goal = slots.count == 2 ? "at least 1.67" : "at least 1.43"
            report.addRatio("\(slots.count) slots / 1 slot", slots.name, Name.ours, goal: goal)
        }
        report.addRatio("long queue / 1 slot", Name.many, Name.ours, note: "\(scale.manyTasks.grouped) tasks")
        report.addRatio("old snapshot held / undisturbed", Name.snapshot, Name.ours, goal: "at least 0.85")
        report.addRatio("dead entries ahead / undisturbed", Name.dead, Name.ours)
    }

    // MARK: Enqueue

    private mutating func measureEnqueue() async throws {
        try await stage.admitProducer()
        let folder = try stage.temporaryFolder()
        defer { stage.removeFolder(folder) }
        let (stage, lines, path) = (stage, scale.lines, "\(folder)/tasks.jsonl")
        try stage.writeLines(lines, to: path)
        let contenders = [
            Contender(name: Name.copy, count: lines, note: "psql's \\copy") {
                .took(try await stage.copy(path, to: "bench.plain"))
            },
            Contender(name: Name.indexed, count: lines, note: "the columns that a task has at least, and the one index")
            {
                .took(try await stage.copy(path, to: "bench.indexed"))
            },
            Contender(name: Name.owner, count: lines, note: "--file") {
                .took(try await stage.enqueue(path, count: lines, as: nil))
            },
            Contender(name: Name.producer, count: lines, note: "--file; may only execute the functions") {
                .took(try await stage.enqueue(path, count: lines, as: "bench_producer"))
            },
        ]
        for round in 0..<scale.rounds {
            for contender in contenders { try await measure(contender, round) }
        }
        report.addRatio("enqueue by the owner / COPY", Name.owner, Name.copy, goal: "at least 0.5")
        report.addRatio("enqueue by a producer / COPY", Name.producer, Name.copy, goal: "at least 0.4")
        report.addRatio("enqueue by the owner / COPY with the index", Name.owner, Name.indexed)
        report.addRatio("enqueue by a producer / COPY with the index", Name.producer, Name.indexed)
    }

    // MARK: Claim

    private mutating func measureClaim() async throws {
        for waiting in scale.waiting {
            let plan = try await stage.claimPlan(waiting: waiting)
            add(
                "claim of \(plan.tasks) of \(waiting.grouped) waiting",
                Double(plan.buffers),
                "buffers",
                goal: "index scan, flat",
                note: plan.scans.sorted().joined(separator: ", ")
            )
        }
    }

    // MARK: Reports

    private mutating func measureReports() async throws {
        let (databases, rows) = (scale.reportedDatabases, scale.historyRows)
        try await stage.furnishReports(databases: databases, historyRows: rows)
        var (status, runs, older) = ([Double](), [Double](), [Double]())
        var (usedByStatus, usedByOlder, asked) = ([Double](), [Double](), 0)
        for _ in 0..<scale.reportRounds {
            var before = try stage.processorSeconds()
            status.append(try await stage.timeStatus(databases: databases))
            usedByStatus.append(try stage.processorSeconds() - before)
            runs.append(try await stage.timeRuns().seconds)
            // From before anything was enabled, when each run was of another database.
            before = try stage.processorSeconds()
            let took = try await stage.timeRuns(until: "1h")
            older.append(took.seconds)
            asked = took.databases
            usedByOlder.append(try stage.processorSeconds() - before)
        }
        let size =
            "\(databases) databases, \(databases * 4) processors, 20 of them running; \(rows.grouped) rows of history"
        add("status --all", status.sorted().quantile(0.5), "s", goal: "at most 2", note: size)
        add("status --all, longest", status.max(), "s")
        add(
            "status --all, processor time of the server",
            usedByStatus.sorted().quantile(0.5),
            "s",
            note: "its running processors' included"
        )
        add("runs --all --limit 50", runs.sorted().quantile(0.5), "s", goal: "at most 0.3")
        add("runs --all --limit 50, longest", runs.max(), "s")
        add(
            "runs --all --limit 50 --until 1h",
            older.sorted().quantile(0.5),
            "s",
            goal: "at most 0.3",
            note: "runs of \(asked) databases"
        )
        add("runs --all --limit 50 --until 1h, longest", older.max(), "s")
        add("runs --all --limit 50 --until 1h, processor time of the server", usedByOlder.sorted().quantile(0.5), "s")
    }

    mutating func add(
        _ name: String,
        _ value: Double?,
        _ unit: String,
        goal: String = "",
        note: String = ""
    ) {
        let figure = Report.Figure(name: name, value: value, unit: unit, goal: goal, note: note)
        report.figures.append(figure)
        say(figure.line)
    }
}

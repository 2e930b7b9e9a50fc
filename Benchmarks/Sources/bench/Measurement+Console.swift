extension Measurement {
    private static let viewers = 20

    /// What the console costs: its overview, and minutes with twenty who look at it.
    mutating func measureConsole() async throws {
        let databases = scale.consoleDatabases
        try await stage.furnishReports(databases: databases, historyRows: 100_000)
        let minutes = scale.consoleMinutes
        // Autovacuum visits what was just made.
        try await Task.sleep(for: .seconds(scale.isQuick ? 5 : 60))
        let rest = try await stage.idleShare(seconds: min(minutes * 60, 120))
        let stage = stage
        var figures: [Report.Figure] = []
        try await stage.withConsole { console in
            figures = try await Self.overview(console)
            figures += try await Self.watched(console, stage, minutes: minutes, rest: rest)
        }
        let size = "\(databases) databases, \(databases * 4) processors"
        for figure in figures { add(figure.name, figure.value, figure.unit, goal: figure.goal, note: figure.note) }
        add("console: databases", Double(databases), "", note: size)
    }

    /// The overview of the snapshot, a hundred times, one after another.
    private static func overview(_ console: BenchedConsole) async throws -> [Report.Figure] {
        var times: [Double] = []
        for number in 0..<100 {
            // Each another filter, so that each is made anew; it lets all processors pass.
            let reply = try await console.get("?q=" + String(repeating: "%20", count: number % 10) + "db:reports*")
            guard reply.status == 200 else { throw InvalidRound("the overview: \(reply.status)") }
            times.append(reply.milliseconds)
            try await Task.sleep(for: .milliseconds(100))
        }
        let plain = try await console.get("")
        let packed = try await console.get("", compressed: true)
        times.sort()
        let paints = try await console.firstPaints(times: 20)?.sorted()
        return [
            Report.Figure(
                name: "console: overview, p50",
                value: times.quantile(0.5),
                unit: "ms",
                goal: "at most 50",
                note: "whole, by curl"
            ),
            Report.Figure(name: "console: overview, p99", value: times.quantile(0.99), unit: "ms"),
            Report.Figure(name: "console: overview", value: Double(plain.bytes) / 1000, unit: "kB"),
            Report.Figure(
                name: "console: overview, as it comes to who takes gzip",
                value: Double(packed.bytes) / 1000,
                unit: "kB",
                goal: "at most 40"
            ),
            Report.Figure(
                name: "console: first paint in Chromium, median of 20",
                value: paints?.quantile(0.5),
                unit: "ms",
                goal: "at most 1000",
                note: paints == nil ? "Chromium is not installed" : ""
            ),
            Report.Figure(name: "console: first paint, longest", value: paints?.last, unit: "ms"),
        ]
    }

    /// Minutes with viewers whose pages renew themselves every five seconds.
    private static func watched(
        _ console: BenchedConsole,
        _ stage: Stage,
        minutes: Int,
        rest: Double
    ) async throws -> [Report.Figure] {
        let looking = Task {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for viewer in 0..<viewers {
                    group.addTask {
                        try await Task.sleep(for: .milliseconds(250 * viewer))
                        while !Task.isCancelled {
                            _ = try await console.get("", compressed: true)
                            try await Task.sleep(for: .seconds(5))
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        defer { looking.cancel() }
        // What each page takes the first time is not what it takes to look on.
        try await Task.sleep(for: .seconds(30))
        let (server, serve, memory) = try (stage.processorSeconds(), console.processorSeconds(), console.memory())
        let began = ContinuousClock.now
        var (sessions, idle, largest) = (0, 0, memory)
        while ContinuousClock.now - began < .seconds(60 * minutes) {
            let seen = try await stage.consoleSessions()
            (sessions, idle) = (max(sessions, seen.all), max(idle, seen.idleInWork))
            largest = max(largest, try console.memory())
            try await Task.sleep(for: .seconds(2))
        }
        let seconds = (ContinuousClock.now - began).inSeconds
        let (server2, serve2, memory2) = try (stage.processorSeconds(), console.processorSeconds(), console.memory())
        let note = "\(minutes) minutes, \(viewers) viewers"
        return [
            Report.Figure(
                name: "console: the server above idle, of one core",
                value: 100 * (server2 - server) / seconds - rest,
                unit: "%",
                goal: "at most 5",
                note: "\(note); idle is \(rest.rounded(2))%; the bench's own looks at pg_stat_activity included"
            ),
            Report.Figure(
                name: "console: serve, of one core",
                value: 100 * (serve2 - serve) / seconds,
                unit: "%",
                goal: "at most 2",
                note: note
            ),
            Report.Figure(
                name: "console: resident memory, at the start",
                value: memory,
                unit: "MB",
                goal: "at most 80"
            ),
            Report.Figure(name: "console: resident memory, at the end", value: memory2, unit: "MB", goal: "at most 80"),
            Report.Figure(name: "console: resident memory, most", value: largest, unit: "MB"),
            Report.Figure(name: "console: sessions, at most", value: Double(sessions), unit: "", goal: "at most 10"),
            Report.Figure(
                name: "console: of them idle in a work database for a second",
                value: Double(idle),
                unit: "",
                goal: "none"
            ),
        ]
    }
}

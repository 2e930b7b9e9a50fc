internal import Foundation

extension Measurement {
    /// What processors that pg_cron starts cost while there is nothing to do, and how long their tasks wait.
    mutating func measureScheduled(_ sections: [Bench.Section]) async throws {
        let others = (1...9).map { "idle\($0)" }
        try await stage.setUp(queue: "latency", handler: "bench.note_effect", isScheduled: true)
        if sections.contains(.idle) {
            for queue in others { try await stage.setUp(queue: queue, handler: "bench.noop", isScheduled: true) }
            let rest = try await stage.idleShare(seconds: scale.idleSeconds)
            try await stage.cronmill(["enable", "latency"] + others)
            try await stage.waitForRuns(of: ["latency"] + others)
            // The first run begins with connections and plans.
            try await Task.sleep(for: .seconds(2))
            let busy = try await stage.idleShare(seconds: scale.idleSeconds)
            add(
                "10 idle processors, of one core",
                busy - rest,
                "%",
                goal: "at most 2",
                note: "beyond the \(rest.rounded(2))% of the server without them; poll at its default"
            )
            if !scale.isQuick {
                let rows = try await stage.historyRows(seconds: scale.idleSeconds)
                add(
                    "history rows per hour and slot",
                    Double(rows) / 10 * 3600 / Double(scale.idleSeconds),
                    "rows",
                    goal: "at most 120"
                )
            }
            try await stage.cronmill(["disable"] + others)
        } else {
            try await stage.cronmill(["enable", "latency"])
            try await stage.waitForRuns(of: ["latency"])
        }
        if sections.contains(.latency) { try await measureLatency() }
    }

    private mutating func measureLatency() async throws {
        let idle = try await stage.idleLatencies(perSecond: 200, seconds: scale.latencySeconds / 2)
        if scale.isQuick {
            // A run ends just past the full minute: let it be in the middle.
            let second = Calendar.current.component(.second, from: Date())
            try await Task.sleep(for: .seconds((110 - second) % 60))
        }
        let found = try await stage.latencies(perSecond: 200, seconds: scale.latencySeconds)
        let note = "\(found.count.grouped) tasks, 200/s, across a run boundary"
        add("latency p50", found.quantile(0.5), "ms", goal: "at most 15", note: note)
        add("latency p99", found.quantile(0.99), "ms")
        add("latency, longest", found.last, "ms")
        add("idle select 1, p50", idle.quantile(0.5), "ms")
        add("idle select 1, p99", idle.quantile(0.99), "ms")
        if let late = found.quantile(0.99), let usual = idle.quantile(0.99) {
            add("latency p99 beyond idle select 1", late - usual, "ms", goal: "at most 100")
        }
        let rested = try await stage.latenciesAfterRest(count: scale.rests)
        add(
            "first task after ten idle seconds, p50",
            rested.quantile(0.5),
            "ms",
            goal: "at most 30",
            note: "\(rested.count) tasks"
        )
        add("first task after ten idle seconds, longest", rested.last, "ms")
        try await measureReleases()
    }
}

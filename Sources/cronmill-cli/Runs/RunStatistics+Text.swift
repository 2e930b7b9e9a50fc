internal import Cronmill

extension Table {
    /// What tasks were like, for people; without rows of processors that have none, such as the housekeeper.
    init(tasksOf rows: [RunStatistics], window: Duration, unicode: Bool) {
        let bySlot = rows.contains { $0.slot != nil }
        self.init(
            columns: [
                Column("database", whenNarrow: .shrinks(to: 8)), Column("processor", whenNarrow: .shrinks(to: 9)),
                Column("done", alignment: .right, note: window.roundTripText),
                Column("retried", alignment: .right, whenNarrow: .goes),
                Column("dead", alignment: .right), Column("per s", alignment: .right, whenNarrow: .goesLast),
                Column("trend", alignment: .right, whenNarrow: .goes), Column("waited p50", alignment: .right),
                Column("p95", alignment: .right, whenNarrow: .goes), Column("p99", alignment: .right),
                Column("worked p50", alignment: .right), Column("p95", alignment: .right, whenNarrow: .goes),
                Column("p99", alignment: .right), Column("busy", alignment: .right, whenNarrow: .goes),
                Column("course", whenNarrow: .goes),
            ]
        )
        for row in rows where row.tasks != nil || !row.tasksAreVisible {
            let name = [Cell(row.database), Cell(row.shownName(bySlot: bySlot))]
            guard let tasks = row.tasks else {
                append(name + ["not visible"])
                continue
            }
            let counts = tasks.counts
            append(
                name + [
                    Cell(counts.done.grouped), Cell(counts.retried.grouped, style: counts.retried > 0 ? .yellow : nil),
                    Cell(counts.dead.grouped, style: counts.dead > 0 ? .red : nil), Cell(tasks.perSecond.rate),
                    Cell(trend(Double(counts.done), tasks.before.map { Double($0.done) })),
                ] + tasks.waited.cells + tasks.worked.cells + [
                    Cell(tasks.busy > 0 ? tasks.busy.percent : "-"),
                    Cell(Sparkline.text(tasks.course, unicode: unicode)),
                ]
            )
        }
    }

    /// What runs were like, for people.
    init(runsOf rows: [RunStatistics], window: Duration) {
        let bySlot = rows.contains { $0.slot != nil }
        let successes = TimeColumn(rows.map { $0.runs?.lastSuccess })
        self.init(
            columns: [
                Column("database", whenNarrow: .shrinks(to: 8)), Column("processor", whenNarrow: .shrinks(to: 9)),
                Column("runs", alignment: .right, note: window.roundTripText), Column("failed", alignment: .right),
                Column("average", alignment: .right, whenNarrow: .goesLast),
                Column("trend", alignment: .right, whenNarrow: .goes),
                Column("p50", alignment: .right, whenNarrow: .goes),
                Column("p95", alignment: .right, whenNarrow: .goes),
                Column("p99", alignment: .right, whenNarrow: .goes), Column("longest", alignment: .right),
                Column("in run", alignment: .right, whenNarrow: .goes), successes.column("last success"),
            ]
        )
        for row in rows {
            guard let runs = row.runs else { continue }
            let seconds = { (duration: Duration?) in duration.map(\.inSeconds) }
            append([
                Cell(row.database), Cell(row.shownName(bySlot: bySlot)), Cell(runs.count.grouped),
                Cell(runs.failures.grouped, style: runs.failures > 0 ? .red : nil), Cell(runs.average.shown),
                Cell(seconds(runs.average).map { trend($0, seconds(runs.before?.average)) } ?? "-"),
                Cell(runs.p50.shown), Cell(runs.p95.shown), Cell(runs.p99.shown), Cell(runs.longest.shown),
                Cell(runs.occupied?.percent ?? "-"), Cell(runs.lastSuccess.map(successes.text) ?? "none seen"),
            ])
        }
    }
}

/// How much more or less it is than before: `+12%`, `-40%`, `x25`; `-` where nothing can be said.
private func trend(_ now: Double, _ before: Double?) -> String {
    guard let before, before > 0 else { return "-" }
    let ratio = now / before
    guard ratio < 10 else { return "x" + Int(ratio.rounded()).grouped }
    let percent = Int(((ratio - 1) * 100).rounded())
    return percent > 0 ? "+\(percent)%" : "\(percent)%"
}

extension RunStatistics {
    fileprivate func shownName(bySlot: Bool) -> String {
        slot.map { bySlot ? "\(processor)#\($0)" : processor } ?? processor
    }

    /// What has to be known of the counts, if anything.
    var note: String? {
        guard let lost = tasks?.lostRuns, lost > 0 else { return nil }
        return
            "\(database)/\(shownName(bySlot: true)): the counts are a lower bound: \(lost == 1 ? "a run was" : "\(lost.grouped) runs were") killed, "
            + "and what it did in its last quarter of a second may be missing"
    }

    func json(window: Duration) -> JSON {
        [
            "database": .string(database), "processor": .string(processor), "slot": JSON(slot.map(Int64.init)),
            "window_seconds": .number(window.inSeconds), "runs": runs?.json ?? .null,
            "tasks_visible": .boolean(tasksAreVisible), "tasks": tasks?.json ?? .null,
        ]
    }
}

extension RunStatistics.Runs {
    fileprivate var json: JSON {
        [
            "count": .integer(Int64(count)), "failures": .integer(Int64(failures)), "stopped": .integer(Int64(stopped)),
            "average_seconds": .seconds(average), "p50_seconds": .seconds(p50), "p95_seconds": .seconds(p95),
            "p99_seconds": .seconds(p99), "longest_seconds": .seconds(longest), "occupied": .optional(occupied),
            "last_success": JSON(lastSuccess?.iso8601),
            "before": before.map { before in
                [
                    "count": .integer(Int64(before.count)), "failures": .integer(Int64(before.failures)),
                    "average_seconds": .seconds(before.average), "occupied": .optional(before.occupied),
                ]
            } ?? .null,
        ]
    }
}

extension RunStatistics.Tasks {
    fileprivate var json: JSON {
        [
            "done": .integer(Int64(counts.done)), "failed": .integer(Int64(counts.failed)),
            "retried": .integer(Int64(counts.retried)), "dead": .integer(Int64(counts.dead)),
            "per_second": .number(perSecond), "waited_at_most_seconds": waited.json,
            "worked_at_most_seconds": worked.json, "busy_estimate": .number(busy),
            "lost_runs": .integer(Int64(lostRuns)), "course": .array(course.map { .integer(Int64($0)) }),
            "before": before.map { before in
                [
                    "done": .integer(Int64(before.done)), "failed": .integer(Int64(before.failed)),
                    "retried": .integer(Int64(before.retried)), "dead": .integer(Int64(before.dead)),
                ]
            } ?? .null,
        ]
    }
}

extension TaskTimes {
    fileprivate var cells: [Table.Cell] {
        [0.5, 0.95, 0.99].map { Table.Cell(boundText(of: $0) ?? "-") }
    }

    fileprivate var json: JSON {
        ["p50": .seconds(bound(of: 0.5)), "p95": .seconds(bound(of: 0.95)), "p99": .seconds(bound(of: 0.99))]
    }
}

extension JSON {
    fileprivate static func seconds(_ duration: Duration?) -> JSON { optional(duration?.inSeconds) }
    fileprivate static func optional(_ number: Double?) -> JSON { number.map { .number($0) } ?? .null }
}

extension Duration? {
    fileprivate var shown: String { map(\.shortText) ?? "-" }
}

extension Double {
    /// A rate with two digits that count: `0`, `0.0042`, `0.3`, `2.5`, `12`, `1,200`.
    fileprivate var rate: String {
        guard self > 0 else { return "0" }
        guard self < 9.95 else { return Int(rounded()).grouped }
        var scale = 10.0
        while self * scale < 9.95, scale < 1e6 { scale *= 10 }
        return String((self * scale).rounded() / scale)
    }

    /// `40%`, `<1%`.
    fileprivate var percent: String { self > 0 && self < 0.01 ? "<1%" : "\(Int((self * 100).rounded()))%" }
}

extension CSV {
    /// Statistics, with the values that JSON has.
    init(_ rows: [RunStatistics]) {
        self.init(columns: [
            "database", "processor", "slot", "runs", "failures", "stopped", "average_seconds", "p50_seconds",
            "p95_seconds",
            "p99_seconds", "longest_seconds", "occupied", "last_success", "runs_before", "failures_before",
            "average_seconds_before", "occupied_before", "tasks_visible", "tasks_done", "tasks_failed", "tasks_retried",
            "tasks_dead", "tasks_per_second", "waited_p50_at_most", "waited_p95_at_most", "waited_p99_at_most",
            "worked_p50_at_most", "worked_p95_at_most", "worked_p99_at_most", "busy_estimate", "course",
            "tasks_done_before", "tasks_failed_before", "tasks_dead_before", "lost_runs",
        ])
        let seconds = { (duration: Duration?) in duration.map { String($0.inSeconds) } }
        let bounds = { (times: TaskTimes?) in [0.5, 0.95, 0.99].map { seconds(times?.bound(of: $0)) } }
        for row in rows {
            let (runs, tasks) = (row.runs, row.tasks)
            var fields: [String?] = [row.database, row.processor, row.slot.map(String.init)]
            fields += [runs?.count, runs?.failures, runs?.stopped].map { $0.map(String.init) }
            fields += [runs?.average, runs?.p50, runs?.p95, runs?.p99, runs?.longest].map(seconds)
            fields += [runs?.occupied.map { String($0) }, runs?.lastSuccess?.iso8601]
            fields += [runs?.before?.count, runs?.before?.failures].map { $0.map(String.init) }
            fields += [seconds(runs?.before?.average), runs?.before?.occupied.map { String($0) }]
            fields += [String(row.tasksAreVisible)]
            fields += [tasks?.counts.done, tasks?.counts.failed, tasks?.counts.retried, tasks?.counts.dead]
                .map { $0.map(String.init) }
            fields += [tasks.map { String($0.perSecond) }] + bounds(tasks?.waited) + bounds(tasks?.worked)
            fields += [tasks.map { String($0.busy) }, tasks?.course.map(String.init).joined(separator: " ")]
            fields += [tasks?.before?.done, tasks?.before?.failed, tasks?.before?.dead, tasks?.lostRuns]
                .map { $0.map(String.init) }
            append(fields)
        }
    }
}

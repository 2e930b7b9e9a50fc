internal import Cronmill

extension Table {
    /// Runs, for people.
    ///
    /// - Parameters:
    ///   - runs: a row each.
    ///   - allJobs: whether there may be other jobs than ours, of which the command tells more than the name.
    ///   - hasAll: whether there is a column for messages though none of these runs has one.
    init(_ runs: [Run], allJobs: Bool = false, hasAll: Bool = false) {
        let starts = TimeColumn(runs.map(\.startedAt))
        let hasMessages = hasAll || runs.contains { !$0.shownMessage.isEmpty }
        self.init(
            columns: [
                Column("database", whenNarrow: .shrinks(to: 8)),
                Column(allJobs ? "job" : "processor", whenNarrow: .shrinks(to: 9)), starts.column("start"),
                Column("duration", alignment: .right, whenNarrow: .goes), Column("status"),
                Column("tasks", whenNarrow: .goes),
            ] + (allJobs ? [Column("command", whenNarrow: .shrinks(to: 16))] : [])
                + (hasMessages ? [Column("message", whenNarrow: .shrinks(to: 16))] : [])
        )
        for run in runs {
            append(
                [
                    Cell(run.database), Cell(run.job), Cell(run.startedAt.map(starts.text) ?? "not noted"),
                    Cell(run.duration?.shortText ?? "-"), run.statusCell, run.tasksCell,
                ] + (allJobs ? [Cell(run.command.firstLine)] : []) + (hasMessages ? [Cell(run.shownMessage)] : [])
            )
        }
    }
}

extension Run {
    /// As in the names of our jobs, `emails#2`; the job's own name for another's.
    fileprivate var job: String {
        guard let processor else { return jobName ?? "job \(jobid)" }
        return slot.flatMap { $0 > 0 ? "\(processor)#\($0)" : nil } ?? processor
    }

    fileprivate var statusCell: Table.Cell {
        Table.Cell(outcome.word, style: outcome.hasFailures ? .yellow : status.style)
    }

    fileprivate var tasksCell: Table.Cell {
        switch tasks {
        case .none: "-"
        case .notVisible: "not visible"
        case .counted(let counts): Table.Cell(counts.shown)
        }
    }

    var json: JSON {
        let counts = tasks.counts
        return [
            "runid": .integer(runid), "jobid": .integer(jobid), "database": .string(database),
            "processor": JSON(processor), "slot": JSON(slot.map(Int64.init)), "job_name": JSON(jobName),
            "command": .string(command), "run_as": .string(runAs), "pid": JSON(pid.map(Int64.init)),
            "status": .string(status.rawValue), "message": JSON(message), "started_at": JSON(startedAt?.iso8601),
            "ended_at": JSON(endedAt?.iso8601), "seconds": duration.map { .number($0.inSeconds) } ?? .null,
            "tasks_visible": .boolean(tasks != .notVisible), "tasks_done": JSON(counts.map { Int64($0.done) }),
            "tasks_failed": JSON(counts.map { Int64($0.failed) }),
            "tasks_retried": JSON(counts.map { Int64($0.retried) }), "tasks_dead": JSON(counts.map { Int64($0.dead) }),
        ]
    }
}

extension Run.Tasks {
    fileprivate var counts: TaskCounts? {
        guard case .counted(let counts) = self else { return nil }
        return counts
    }
}

extension TaskCounts {
    /// `1,000 done, 2 retried, 1 dead`, without what there was none of.
    var shown: String {
        let parts = [(done, "done"), (retried, "retried"), (dead, "dead")].filter { $0.0 > 0 }
        return parts.isEmpty ? "0" : parts.map { "\($0.0.grouped) \($0.1)" }.joined(separator: ", ")
    }
}

extension Run.Status {
    fileprivate var style: Style? {
        switch self {
        case .failed, .gone: .red
        case .succeeded: .green
        case .stopped: .yellow
        case .starting, .running: nil
        }
    }
}

extension CSV {
    /// Runs, with the columns that JSON has.
    init(_ runs: [Run]) {
        self.init(columns: [
            "runid", "jobid", "database", "processor", "slot", "job_name", "command", "run_as", "pid", "status",
            "message", "started_at", "ended_at", "seconds", "tasks_visible", "tasks_done", "tasks_failed",
            "tasks_retried", "tasks_dead",
        ])
        for run in runs {
            let counts = run.tasks.counts
            append([
                String(run.runid), String(run.jobid), run.database, run.processor, run.slot.map(String.init),
                run.jobName, run.command, run.runAs, run.pid.map(String.init), run.status.rawValue, run.message,
                run.startedAt?.iso8601, run.endedAt?.iso8601, run.duration.map { String($0.inSeconds) },
                String(run.tasks != .notVisible), counts.map { String($0.done) }, counts.map { String($0.failed) },
                counts.map { String($0.retried) }, counts.map { String($0.dead) },
            ])
        }
    }
}

internal import ArgumentParser
internal import Cronmill

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what every processor is doing, at this moment.",
        discussion: """
            Examples:
              cronmill status --all
              cronmill status emails --database shop --json
            """
    )

    @OptionGroup var named: ProcessorArguments
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @Flag(help: "As JSON.")
    var json = false
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() async throws {
        let context = try await Context(connection, asked)
        let report = try await context.deployment.status(databases: context.databases, processors: named.processors)
        try await context.show(report, processors: named.processors, json: json)
    }
}

extension Context {
    /// Writes a report; what could not be seen goes to standard error and into the exit code.
    func show(_ report: StatusReport, processors: [String], json: Bool) async throws {
        var rows: [ProcessorStatus] = []
        var status = ExitStatus.done
        for result in report.databases {
            switch result.outcome {
            case .success(let found): rows += found
            case .failure(let error):
                output.note("cronmill: database \(result.database):")
                status = .worst(status, Failure.report(error, to: output))
            }
        }
        if let error = report.cronError {
            output.note("cronmill: cron database \(deployment.cronDatabase), so jobs and runs are not visible:")
            status = .worst(status, Failure.report(error, to: output))
        }
        for name in processors where !rows.contains(where: { $0.processor == name }) && status == .done {
            let known = await deployment.forEach(databases) { try await deployment.processorNames(in: $0) }
            let names = try known.flatMap { try $0.outcome.get() }
            status = Failure.report(CronmillError.unknownProcessor(name, in: databases, known: names), to: output)
        }
        if json {
            try output.write(JSON.array(rows.map(\.json)).prettyText)
        } else if !rows.isEmpty || status == .done {
            try output.write(Table(rows).rendered(for: output))
        }
        for remark in report.remarks { output.warn(remark) }
        for row in rows {
            guard let drift = row.drift else { continue }
            output.warn(
                "\(row.database): \(row.processor): \(drift); repair: cronmill sync --database \(row.database.shellWord)"
            )
        }
        if status != .done { throw Failure.reported(status) }
    }
}

extension Table {
    fileprivate func rendered(for output: Output) -> String {
        render(width: output.terminal.width(of: .output), colour: output.terminal.usesColour(on: .output))
    }

    /// Processors, for people.
    init(_ rows: [ProcessorStatus]) {
        self.init(columns: [
            Column("database"), Column("processor"), Column("state"), Column("schedule"),
            Column("active", alignment: .right), Column("running", alignment: .right),
            Column("ready", alignment: .right), Column("oldest", alignment: .right),
            Column("later", alignment: .right), Column("dead", alignment: .right), Column("last run"),
            Column("last hour"),
        ])
        for row in rows {
            append([
                Cell(row.database), Cell(row.processor), row.stateCell, Cell(row.schedule),
                Cell("\(row.activeJobs.map(String.init) ?? "?")/\(row.slots)"), Cell(String(row.running)),
                Cell(row.ready.counted), Cell(row.oldestReady?.shortText ?? "-"), Cell(row.scheduled.counted),
                Cell(row.dead.counted, style: row.dead > 0 ? .red : nil), row.lastRunCell, row.lastHourCell,
            ])
        }
    }
}

extension ProcessorStatus {
    fileprivate var stateCell: Table.Cell {
        if isPaused { return Table.Cell(isEnabled ? "paused" : "disabled, paused", style: .yellow) }
        return isEnabled ? Table.Cell("enabled", style: .green) : Table.Cell("disabled", style: .dim)
    }

    fileprivate var lastRunCell: Table.Cell {
        guard jobs != nil else { return "not visible" }
        guard let lastRun else { return "none" }
        // What runs now has run as long as ago it began; what has ended took some time, too.
        let isOver = lastRun.duration != nil && lastRun.status != "running"
        let age = lastRun.age.map { " \($0.shortText) ago" } ?? ""
        let duration = isOver ? lastRun.duration.map { ", took \($0.shortText)" } ?? "" : ""
        return Table.Cell(lastRun.status + age + duration, style: lastRun.status.runStyle)
    }

    fileprivate var lastHourCell: Table.Cell {
        guard let runsLastHour, let failuresLastHour else { return "not visible" }
        let runs = "\(runsLastHour) \(runsLastHour == 1 ? "run" : "runs")"
        return failuresLastHour > 0
            ? Table.Cell("\(runs), \(failuresLastHour) failed", style: .red) : Table.Cell(runs)
    }

    var json: JSON {
        [
            "database": .string(database), "processor": .string(processor), "queue": .string(queue),
            "enabled": .boolean(isEnabled), "paused": .boolean(isPaused), "slots": .integer(Int64(slots)),
            "schedule": .string(schedule), "run_as": .string(runAs), "jobs": JSON(jobs.map(Int64.init)),
            "active_jobs": JSON(activeJobs.map(Int64.init)), "running": .integer(Int64(running)),
            "ready": .integer(Int64(ready)), "scheduled": .integer(Int64(scheduled)),
            "retrying": .integer(Int64(retrying)), "dead": .integer(Int64(dead)),
            "counts_exact_up_to": .integer(Int64(Self.exactUpTo)),
            "oldest_ready_seconds": oldestReady.map { .number($0.inSeconds) } ?? .null,
            "last_run": lastRun.map { run in
                [
                    "status": .string(run.status), "message": JSON(run.message),
                    "started_at": JSON(run.startedAt?.iso8601),
                    "seconds": run.duration.map { .number($0.inSeconds) } ?? .null,
                ]
            } ?? .null,
            "runs_last_hour": JSON(runsLastHour.map(Int64.init)),
            "failures_last_hour": JSON(failuresLastHour.map(Int64.init)),
        ]
    }
}

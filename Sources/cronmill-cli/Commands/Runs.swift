internal import ArgumentParser
internal import Cronmill

struct Runs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show runs of our jobs from pg_cron's history, newest first.",
        discussion: """
            Example:
              cronmill runs --all --failed --limit 50
            """
    )

    @Option(
        help: ArgumentHelp("Only runs of this processor; repeatable.", valueName: "name"),
        completion: Completion.processors
    )
    var processor: [String] = []
    @Flag(help: "Only runs that failed.")
    var failed = false
    @Option(help: ArgumentHelp("So many at most.", valueName: "n"))
    var limit: Int = 20
    @Flag(help: "As JSON.")
    var json = false
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit is a number from 1.") }
    }

    func run() async throws {
        var filter = RunFilter()
        filter.onlyFailed = failed
        filter.limit = limit
        if !processor.isEmpty { filter.processors = processor }
        let deployment: Deployment
        if asked.all {
            deployment = try Context.deployment(connection.resolved(), connection)
        } else {
            let context = try await Context(connection, asked)
            filter.databases = context.databases
            deployment = context.deployment
        }
        let runs = try await deployment.runs(filter)
        let output = connection.output
        if json {
            try output.write(JSON.array(runs.map(\.json)).prettyText)
        } else {
            try output.write(Table(runs))
        }
    }
}

extension Table {
    /// Runs, for people.
    init(_ runs: [Run]) {
        let starts = TimeColumn(runs.map(\.startedAt))
        self.init(columns: [
            Column("database"), Column("processor"), Column("slot", alignment: .right), starts.column("start"),
            Column("duration", alignment: .right), Column("status"), Column("message", shrinks: true),
        ])
        for run in runs {
            append([
                Cell(run.database), Cell(run.processor), Cell(run.slot == 0 ? "-" : String(run.slot)),
                Cell(run.startedAt.map(starts.text) ?? "not noted"), Cell(run.duration?.shortText ?? "-"),
                Cell(run.status, style: run.status.runStyle), Cell(run.message?.firstLine ?? ""),
            ])
        }
    }
}

extension Run {
    var json: JSON {
        [
            "runid": .integer(runid), "jobid": .integer(jobid), "database": .string(database),
            "processor": .string(processor), "slot": .integer(Int64(slot)), "run_as": .string(runAs),
            "pid": JSON(pid.map(Int64.init)), "status": .string(status), "message": JSON(message),
            "started_at": JSON(startedAt?.iso8601), "seconds": duration.map { .number($0.inSeconds) } ?? .null,
        ]
    }
}

extension String {
    /// How a run's status is shown.
    var runStyle: Style? {
        switch self {
        case "failed": .red
        case "succeeded": .green
        case "stopped": .yellow
        default: nil
        }
    }
}

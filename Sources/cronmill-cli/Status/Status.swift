internal import ArgumentParser
internal import Cronmill

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show how every processor is doing, at this moment, and why.",
        discussion: """
            A processor is ok, idle, paused, disabled, asleep, waiting (for a place in
            pg_cron, see setup --budget); or there is something to do: drifted
            (sync repairs it), interrupted (a disable or remove has paused it and waits, or
            was killed), overdue (no run began though one was due), failing, behind, held
            (tasks of graphs wait for dead ones), unknown (its jobs and runs are not
            visible). RUNNING counts slots whose run goes on; those that wait for tasks are
            said below.

            With --exit-code it ends with 3 if there is something to do for any of them, or
            if pg_cron starts no jobs; paused and disabled are no reason.

            Examples:
              cronmill status --all
              cronmill status emails --database shop --json
              cronmill status --all --watch 5
              cronmill status --all --exit-code --behind 30m
            """
    )

    @OptionGroup var named: ProcessorArguments
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @Option(
        help: ArgumentHelp(
            "Behind is whose oldest task waits so long past the start that was due. Default: the registry's threshold.",
            valueName: "duration"
        )
    )
    var behind: String?
    @Flag(help: "End with 3 if one is drifted, interrupted, overdue, failing, behind, held or unknown.")
    var exitCode = false
    @Option(
        defaultAsFlag: 2,
        help: ArgumentHelp("Show it again every so many seconds. Default: 2.", valueName: "seconds")
    )
    var watch: Double?
    @Flag(help: "As JSON.")
    var json = false
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
        if let watch, !(0.1...86_400).contains(watch) { throw ValidationError("--watch is from 0.1 to 86400 seconds.") }
        if watch != nil, json { throw ValidationError("--watch and --json exclude each other.") }
        if watch != nil, exitCode { throw ValidationError("--watch and --exit-code exclude each other.") }
    }

    func run() async throws {
        let behind = try behind.map { try Duration($0, of: "--behind") }
        guard let watch else {
            let status = try await show(Context(connection, asked), behind: behind)
            if status != .done { throw Failure.reported(status) }
            return
        }
        var hasBegun = false
        while true {
            do {
                _ = try await show(Context(connection, asked), behind: behind)
            } catch let error where hasBegun && !(error is CancellationError) && !(error is OutputError) {
                // What cannot be reached now may be reached in a moment.
                _ = Failure.report(error, to: connection.output)
            }
            hasBegun = true
            try await Task.sleep(for: .seconds(watch))
        }
    }

    private func show(_ context: Context, behind: Duration?) async throws -> ExitStatus {
        let report = try await context.deployment.status(
            databases: context.databases,
            processors: named.processors,
            behind: behind
        )
        if watch != nil { try context.output.beginScreen() }
        let status = try await context.show(report, processors: named.processors, json: json)
        return exitCode && !report.isFine ? .worst(status, .finding) : status
    }
}

extension Output {
    /// Begins a new screen on a terminal that can be cleared, and a new paragraph elsewhere.
    fileprivate func beginScreen() throws(OutputError) {
        try write(terminal.redraws(.output) ? "\u{1b}[H\u{1b}[J" : "\n")
    }
}

extension Context {
    /// Writes a report; what could not be seen goes to standard error and into the exit status.
    fileprivate func show(_ report: StatusReport, processors: [String], json: Bool) async throws -> ExitStatus {
        var rows: [ProcessorStatus] = []
        var status = ExitStatus.done
        var failures: [(note: String, error: any Error)] = []
        for result in report.databases {
            switch result.outcome {
            case .success(let found): rows += found
            case .failure(let error): failures.append(("cronmill: database \(result.database):", error))
            }
        }
        if let error = report.cronError {
            let note = "cronmill: cron database \(deployment.cronDatabase), so jobs and runs are not visible:"
            failures.append((note, error))
        }
        for name in processors where !rows.contains(where: { $0.processor == name }) && failures.isEmpty {
            let known = await deployment.forEach(databases) { try await deployment.processorNames(in: $0) }
            let names = try known.flatMap { try $0.outcome.get() }
            status = Failure.report(CronmillError.unknownProcessor(name, in: databases, known: names), to: output)
        }
        if json {
            try output.write(JSON.array(rows.map(\.json)).prettyText)
        } else if !rows.isEmpty || status == .done && failures.isEmpty {
            try output.write(StatusText(rows, scheduler: report.scheduler, demand: report.demand))
        }
        for failure in failures {
            output.note(failure.note)
            status = .worst(status, Failure.report(failure.error, to: output))
        }
        for remark in report.remarks { output.warn(remark) }
        // Of a copy it is the same for each of its processors.
        var said: Set<[String]> = []
        for row in rows {
            guard let repair = row.repair, said.insert([row.database, row.reason]).inserted else { continue }
            let alike = rows.filter { $0.database == row.database && $0.reason == row.reason }
            let names = alike.map(\.processor).joined(separator: ", ")
            output.warn("\(row.database): \(names): \(row.reason); repair: \(repair)")
        }
        return status
    }
}

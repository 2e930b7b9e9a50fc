internal import ArgumentParser
internal import Cronmill

struct Stats: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show how runs and tasks went: rates, latencies, failures, trends.",
        discussion: """
            Two tables: what tasks waited and took, and what pg_cron's runs were like. The
            trend compares with as long a while before. Times of tasks are bounds out of
            histograms of powers of two: the true one is at most that, and more than half
            of it. BUSY is the part of the slots' time that handlers took, within a third;
            IN RUN the part in which there was a run, at work or waiting for tasks.

            Examples:
              cronmill stats --all
              cronmill stats emails --database shop --since 24h --by-slot
              cronmill stats --all --since 7d --json
            """
    )

    @OptionGroup var named: ProcessorArguments
    @Option(help: ArgumentHelp("From so long ago until now: 1h, 24h, 7d ... Default: 1h.", valueName: "duration"))
    var since = "1h"
    @Flag(name: [.long, .customLong("by-job")], help: "A row for each slot, that is, for each job.")
    var bySlot = false
    @Flag(help: "As JSON.")
    var json = false
    @Flag(help: "As CSV.")
    var csv = false
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
        if json, csv { throw ValidationError("--json and --csv exclude each other.") }
        _ = try window
    }

    private var window: Duration {
        get throws {
            let window: Duration
            do {
                window = try Duration(userText: since)
            } catch {
                throw ValidationError("--since: \(error.message).")
            }
            guard (.seconds(1) ... .seconds(366 * 86_400)).contains(window) else {
                throw ValidationError("--since is from 1s to 366d.")
            }
            return window
        }
    }

    func run() async throws {
        var request = StatisticsRequest()
        if !named.processors.isEmpty { request.processors = named.processors }
        request.window = try window
        request.bySlot = bySlot
        let deployment: Deployment
        if asked.all {
            deployment = try Context.deployment(connection.resolved(), connection)
        } else {
            let context = try await Context(connection, asked)
            request.databases = context.databases
            deployment = context.deployment
        }
        let report = try await deployment.statistics(request)
        let output = connection.output
        if json {
            try output.write(JSON.array(report.rows.map { $0.json(window: request.window) }).prettyText)
        } else if csv {
            try output.write(CSV(report.rows).text)
        } else {
            let unicode = output.terminal.drawsUnicode(.output)
            try output.write(Table(tasksOf: report.rows, window: request.window, unicode: unicode))
            try output.writeLine()
            try output.write(Table(runsOf: report.rows, window: request.window))
            report.rows.compactMap(\.note).forEach(output.note)
        }
        if report.isSwitchedOff == true { output.warn(RunReport.switchedOff) }
        let status = output.report(report.notVisible)
        if status != .done { throw Failure.reported(status) }
    }
}

internal import ArgumentParser
internal import Cronmill
internal import Postgres

struct Runs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show runs of our jobs from pg_cron's history, newest first.",
        discussion: """
            Without --since the newest 100,000 runs of pg_cron are looked at. A run that
            pg_cron calls succeeded and in which tasks failed is shown as "tasks failed",
            one that it calls running and whose backend is not there as "gone".

            Examples:
              cronmill runs --all --status failed --since 2h
              cronmill runs emails --database shop --slowest --since 1d
              cronmill runs --all --follow
            """
    )

    @OptionGroup var named: ProcessorArguments
    @Option(
        help: ArgumentHelp(
            "Only those that are starting, running, gone, succeeded, failed, stopped; repeatable.",
            valueName: "status"
        ),
        completion: .list(Run.Status.allCases.map(\.rawValue))
    )
    var status: [String] = []
    @Option(help: ArgumentHelp("Only those that began since: 2h ago, or a time.", valueName: "2h|time"))
    var since: String?
    @Option(help: ArgumentHelp("Only those that began before: 30m ago, or a time.", valueName: "30m|time"))
    var until: String?
    @Flag(help: "The slowest first.")
    var slowest = false
    @Flag(help: "Runs of jobs that are not ours, too, in all databases unless one is named.")
    var allJobs = false
    @Option(help: ArgumentHelp("So many at most.", valueName: "n"))
    var limit: Int = 20
    @Flag(help: "Go on, with new and changed runs as they come, oldest first, until Ctrl-C.")
    var follow = false
    @Flag(help: "As JSON; with --follow an object a line.")
    var json = false
    @Flag(help: "As CSV.")
    var csv = false
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
        if !(1...100_000).contains(limit) { throw ValidationError("--limit is a number from 1 to 100000.") }
        if json, csv { throw ValidationError("--json and --csv exclude each other.") }
        if follow, slowest { throw ValidationError("--follow and --slowest exclude each other.") }
        if follow, until != nil { throw ValidationError("--follow and --until exclude each other.") }
        for word in status where Run.Status(rawValue: word) == nil {
            throw ValidationError(
                "--status is starting, running, gone, succeeded, failed or stopped, not \"\(word)\"."
            )
        }
    }

    func run() async throws {
        var filter = RunFilter()
        if !named.processors.isEmpty { filter.processors = named.processors }
        if !status.isEmpty { filter.statuses = Set(status.compactMap(Run.Status.init)) }
        filter.since = since.map(Moment.init)
        filter.until = until.map(Moment.init)
        filter.order = slowest ? .slowest : .newest
        filter.includesOtherJobs = allJobs
        filter.limit = limit
        let deployment: Deployment
        if asked.all || allJobs && asked.database.isEmpty {
            deployment = try Context.deployment(connection.resolved(), connection)
        } else {
            let context = try await Context(connection, asked)
            filter.databases = context.databases
            deployment = context.deployment
        }
        do {
            if follow {
                try await self.follow(filter, deployment)
            } else {
                let report = try await deployment.runs(filter)
                try show(report.runs)
                try report.tell(connection)
            }
        } catch let error as PostgresError where error.sqlState?.isTimeSyntax == true {
            throw CronmillError(
                .failed,
                "--since or --until: \(error.message)",
                hint: "Use a form like 2h, '2026-11-26 03:30', 'today 18:30' or yesterday."
            )
        }
    }

    private func show(_ runs: [Run]) throws {
        let output = connection.output
        if json {
            try output.write(JSON.array(runs.map(\.json)).prettyText)
        } else if csv {
            try output.write(CSV(runs).text)
        } else {
            try output.write(Table(runs, allJobs: allJobs))
        }
    }

    private func follow(_ filter: RunFilter, _ deployment: Deployment) async throws {
        let output = connection.output
        var widths: [Int] = []
        var isFirst = true
        var told: Set<String> = []
        try await deployment.followRuns(filter) { report in
            if json {
                for run in report.runs { try output.write(run.json.lineText) }
            } else if csv {
                let csv = CSV(report.runs)
                try output.write(isFirst ? csv.text : csv.rowText)
            } else {
                try output.write(Table(report.runs, allJobs: allJobs, hasAll: true), continuing: &widths)
            }
            isFirst = false
            // A database that cannot be asked is said once, not every second.
            var report = report
            report.notVisible = report.notVisible.filter { told.insert($0.key).inserted }
            _ = report.remarks(connection)
        }
    }
}

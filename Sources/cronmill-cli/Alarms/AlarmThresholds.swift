internal import ArgumentParser
internal import Cronmill

struct AlarmThresholds: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "thresholds",
        abstract: "Show or set from when on something is an alarm.",
        discussion: """
            behind    time a ready task waits longer than the schedule means
            failing   percentage of attempts that failed, of the last 15 minutes
            dead      number of dead tasks
            overdue   time for which no run has started though one was due
            silent    time for which a database has told nothing of its processors
            history   rows in pg_cron's history
            replica   time by which a standby lags behind

            A value is a number, a duration, off, or default: what holds for all.

            Examples:
              cronmill alarms thresholds
              cronmill alarms thresholds --set behind=30m --set failing=off
              cronmill alarms thresholds --set dead=100 \\
                --database shop --processor emails
            """
    )

    @Option(help: ArgumentHelp("Set one; repeatable.", valueName: "name=value"))
    var set: [String] = []
    @Option(
        help: ArgumentHelp("For this work database only.", valueName: "name"),
        completion: Completion.databases
    )
    var database: String?
    @Option(
        help: ArgumentHelp("For this processor of it only.", valueName: "name"),
        completion: Completion.processors
    )
    var processor: String?
    @Flag(help: "As JSON.")
    var json = false
    @Flag(help: "Print the psql script that would run.")
    var dryRun = false
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
        if processor != nil, database == nil { throw ValidationError("--processor needs its --database.") }
        if set.isEmpty, database != nil || dryRun { throw ValidationError("Nothing is set: --set name=value.") }
    }

    func run() async throws {
        let values = try Threshold.read(set, of: Threshold.ofAlarms, named: \.rawValue)
        for threshold in values.keys where database != nil && [.history, .replica].contains(threshold) {
            throw CronmillError(.usage, "--set \(threshold.rawValue): it is about the server, not about a database")
        }
        if values.keys.contains(.silent), processor != nil {
            throw CronmillError(.usage, "--set silent: it is about a database, not about a processor")
        }
        let deployment = try Context.deployment(connection.resolved(), connection)
        if !values.isEmpty {
            let plan = try await deployment.planThresholds(values, database: database, processor: processor)
            let context = Context(deployment: deployment, databases: [], options: connection)
            return try await context.carryOut(plan, database: deployment.cronDatabase, dryRun: dryRun)
        }
        let sets = try await deployment.thresholds()
        if json {
            try connection.output.write(JSON.array(sets.map { $0.json(of: Threshold.ofAlarms) }).prettyText)
        } else {
            try connection.output.write(Table(sets, of: Threshold.ofAlarms, named: \.rawValue))
        }
    }
}

internal import ArgumentParser
internal import Cronmill

struct Remove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Remove processors, a queue, or all of Cronmill in a work database.",
        discussion: """
            Runs end first, jobs are unscheduled, and tasks are dropped only after asking, or with --yes.

            Examples:
              cronmill remove emails --database shop
              cronmill remove --queue emails --database shop --yes
              cronmill remove --everything --database shop --yes
              cronmill remove --cron
            """
    )

    @Argument(
        help: ArgumentHelp("Processors; their queues and tasks stay.", valueName: "processor"),
        completion: Completion.processors
    )
    var processors: [String] = []
    @Option(
        help: ArgumentHelp("A queue with its tasks, and its processor.", valueName: "name"),
        completion: Completion.queues
    )
    var queue: String?
    @Flag(help: "All of Cronmill in the databases asked.")
    var everything = false
    @Flag(help: "The registry in the cron database, once no work database is registered.")
    var cron = false
    @Flag(help: "Do not ask.")
    var yes = false
    @Option(help: ArgumentHelp("How long to wait for runs. Default: the timeout and 5 s.", valueName: "duration"))
    var wait: String?
    @Flag(help: "Print the psql script that would run; it does not wait.")
    var dryRun = false
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
        let kinds = [!processors.isEmpty, queue != nil, everything, cron].count { $0 }
        if kinds != 1 { throw ValidationError("Name processors, or one of --queue, --everything and --cron.") }
    }

    func run() async throws {
        let limit = try wait.map { try Duration($0, of: "--wait") }
        if cron { return try await removeCron() }
        let context = try await Context(connection, asked)
        let databases = try await context.databases(having: processors)
        let removals: [Removal] =
            if let queue { [.queue(queue)] } else if everything { [.everything] } else {
                processors.map { .processor($0) }
            }
        try await context.forEachDatabase(databases) { database in
            for removal in removals {
                let plan = try await context.deployment.planRemove(removal, in: database)
                if !dryRun, !plan.isEmpty {
                    let tasks = try await context.deployment.tasksDropped(by: removal, in: database)
                    if !yes, tasks > 0, !context.confirms("\(tasks) tasks of database \"\(database)\"", "dropped") {
                        return .failed
                    }
                    try await context.waiting(in: database) {
                        try await context.deployment.quiet(for: removal, in: database, wait: limit)
                    }
                }
                try await context.carryOut(plan, database: database, dryRun: dryRun)
            }
            return .done
        }
    }

    private func removeCron() async throws {
        let deployment = try Context.deployment(connection.resolved(), connection)
        let context = Context(deployment: deployment, databases: [], options: connection)
        let plan = try await deployment.planRemoveCron()
        try await context.carryOut(plan, database: deployment.cronDatabase, dryRun: dryRun)
    }
}

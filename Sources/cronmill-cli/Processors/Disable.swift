internal import ArgumentParser
internal import Cronmill

struct Disable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let runs end, then deactivate the jobs of processors.",
        discussion: """
            Pauses, waits until the runs have ended by themselves, deactivates the jobs, and unpauses.

            Example:
              cronmill disable emails --database shop
            """
    )

    @OptionGroup var named: ProcessorArguments
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @Option(help: ArgumentHelp("How long to wait for runs. Default: the timeout and 5 s.", valueName: "duration"))
    var wait: String?
    @Flag(help: "Print the psql script that would run; it does not wait.")
    var dryRun = false
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() async throws {
        let limit = try wait.map { try Duration($0, of: "--wait") }
        let context = try await Context(connection, asked)
        if dryRun { return try await context.carryOut(.disable, named.processors, dryRun: true) }
        let databases = try await context.databases(having: named.processors)
        try await context.forEachDatabase(databases) { database in
            let disabled = try await context.waiting(in: database) {
                try await context.deployment.disable(named.processors, in: database, wait: limit)
            }
            for name in disabled { context.say("\(database): disable processor \(name)") }
            if disabled.isEmpty { context.say("\(database): nothing to change") }
            return .done
        }
    }
}

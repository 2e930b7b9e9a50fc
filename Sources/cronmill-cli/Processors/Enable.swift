internal import ArgumentParser
internal import Cronmill

struct Enable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Activate the jobs of processors.",
        discussion: """
            Example:
              cronmill enable emails --database shop
            """
    )

    @OptionGroup var arguments: SwitchArguments

    func run() async throws {
        let context = try await Context(arguments.connection, arguments.asked)
        try await context.carryOut(.enable, arguments.named.processors, dryRun: arguments.dryRun)
        for database in try await context.databases(having: arguments.named.processors) {
            for name in try await context.deployment.pausedProcessors(arguments.named.processors, in: database) {
                context.output.warn(
                    "\(database): processor \(name) is paused, no task is begun: "
                        + "cronmill resume \(name.shellWord) --database \(database.shellWord)"
                )
            }
        }
    }
}

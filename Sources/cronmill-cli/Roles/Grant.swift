internal import ArgumentParser
internal import Cronmill

struct Grant: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a role a producer, an operator, a monitor, or one that handlers run as.",
        discussion: """
            Examples:
              cronmill grant producer app_user --queue emails --database shop
              cronmill grant operator app_admin --all
              cronmill grant monitor grafana --all
              cronmill grant run-as app_runner --database shop
            """
    )

    @OptionGroup var arguments: PartArguments

    func validate() throws {
        if arguments.part == .producer, arguments.queue.isEmpty {
            throw ValidationError("A producer needs a queue: --queue NAME, more than once if need be.")
        }
    }

    func run() async throws {
        let part = try arguments.checked()
        let context = try await Context(arguments.connection, arguments.asked)
        try await context.forEachDatabase { database in
            let plan = try await context.deployment.planGrant(part, to: arguments.role, database: database)
            try await context.carryOut(plan, database: database, dryRun: arguments.dryRun)
            return .done
        }
    }
}

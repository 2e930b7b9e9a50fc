internal import ArgumentParser
internal import Cronmill

struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take back what grant gave.",
        discussion: """
            A producer without --queue loses all its queues.

            Examples:
              cronmill revoke producer app_user --queue emails --database shop
              cronmill revoke monitor grafana --all
            """
    )

    @OptionGroup var arguments: PartArguments

    func run() async throws {
        let part = try arguments.checked()
        let context = try await Context(arguments.connection, arguments.asked)
        try await context.forEachDatabase { database in
            let plan = try await context.deployment.planRevoke(part, from: arguments.role, database: database)
            try await context.carryOut(plan, database: database, dryRun: arguments.dryRun)
            return .done
        }
    }
}

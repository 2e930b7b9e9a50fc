internal import ArgumentParser
internal import Cronmill

struct RotatePassword: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-password",
        abstract: "Give the link of a work database a new password.",
        discussion: """
            It is made in the server, kept in the link's user mapping, and shown nowhere.

            Example:
              cronmill rotate-password --all
            """
    )

    @Flag(help: "Print the psql script that would run.")
    var dryRun = false
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() async throws {
        let context = try await Context(connection, asked)
        try await context.forEachDatabase { database in
            let plan = try await context.deployment.planPasswordRotation(database: database)
            try await context.carryOut(plan, database: database, dryRun: dryRun)
            return .done
        }
    }
}

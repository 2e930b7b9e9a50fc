internal import ArgumentParser
internal import Cronmill

struct GraphCancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Cancel what waits of a graph, and what is in a queue.",
        discussion: """
            What a slot is doing is left alone, and not waited for; if it fails it is
            tried again, unless the graph is canceled once more.

            Example:
              cronmill graph cancel 12 --database shop
            """
    )

    @Argument(help: ArgumentHelp("Number of the graph.", valueName: "id"))
    var id: Int64
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @Flag(help: "Print the psql script that would run.")
    var dryRun = false
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
        try asked.checkNumbered()
    }

    func run() async throws {
        let context = try await Context(connection, asked)
        try await context.forEachDatabase { database in
            if dryRun {
                let plan = try await context.deployment.planCancelGraph(id, in: database)
                try await context.carryOut(plan, database: database, dryRun: true)
                return .done
            }
            let result = try await context.deployment.cancelGraph(id, in: database)
            let running = result.running == 0 ? "" : ", \(result.running.grouped) being done and left alone"
            context.say("\(database): \(result.canceled.tasks()) of graph \(id) canceled\(running)")
            return .done
        }
    }
}

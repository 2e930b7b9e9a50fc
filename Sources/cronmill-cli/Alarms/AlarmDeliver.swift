internal import ArgumentParser
internal import Cronmill

struct AlarmDeliver: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliver",
        abstract: "Have a function of yours called with every alarm.",
        discussion: """
            It is a function (jsonb) returning void in the cron database, called when an
            alarm is raised and when it is cleared, by a job of its own, logged in as the
            role named here, or the function's owner.

            Examples:
              cronmill alarms deliver ops.on_alarm --run-as alerter
              cronmill alarms deliver --none
            """
    )

    @Argument(help: ArgumentHelp("The function.", valueName: "function"))
    var function: String?
    @Flag(help: "No function any more.")
    var none = false
    @Option(help: ArgumentHelp("Role that calls it. Default: the function's owner.", valueName: "role"))
    var runAs: String?
    @Flag(help: "Print the psql script that would run.")
    var dryRun = false
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
        if (function == nil) != none { throw ValidationError("Name a function, or say --none.") }
    }

    func run() async throws {
        let deployment = try Context.deployment(connection.resolved(), connection)
        _ = try runAs.map { try ObjectName($0, of: "role") }
        let plan = try await deployment.planDelivery(to: function, runAs: runAs)
        let context = Context(deployment: deployment, databases: [], options: connection)
        try await context.carryOut(plan, database: deployment.cronDatabase, dryRun: dryRun)
    }
}

internal import ArgumentParser
internal import Cronmill

struct AlarmAcknowledge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "acknowledge",
        abstract: "Say that you know; the alarm stays until it is over.",
        discussion: """
            Examples:
              cronmill alarms acknowledge 12 13
              cronmill alarms acknowledge --all
            """
    )

    @Argument(help: ArgumentHelp("Numbers of alarms; none means all of the databases asked.", valueName: "id"))
    var ids: [Int64] = []
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
        if !ids.isEmpty, asked.all || !asked.database.isEmpty {
            throw ValidationError("Name alarms or databases, not both.")
        }
    }

    func run() async throws {
        let (deployment, databases) =
            ids.isEmpty
            ? try await asked.registry(connection)
            : (try Context.deployment(connection.resolved(), connection), nil)
        let acknowledged = try await deployment.acknowledgeAlarms(ids.isEmpty ? nil : ids, databases: databases)
        if !connection.quiet {
            let count = acknowledged.count
            connection.output.note("\(count.grouped) \(count == 1 ? "alarm" : "alarms") acknowledged")
        }
    }
}

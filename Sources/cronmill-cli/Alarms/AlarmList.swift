internal import ArgumentParser
internal import Cronmill

struct AlarmList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show alarms, the newest first (the default).",
        discussion: """
            Examples:
              cronmill alarms list --all --exit-code
              cronmill alarms --database shop --history --json
            """
    )

    @Flag(help: "Also those that are over, of the last ninety days.")
    var history = false
    @Flag(help: "Exit code 3 if one is raised and not acknowledged.")
    var exitCode = false
    @Flag(help: "As JSON.")
    var json = false
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() async throws {
        let (deployment, databases) = try await asked.registry(connection)
        let alarms = try await deployment.alarms(databases: databases, withHistory: history)
        let output = connection.output
        if json {
            try output.write(JSON.array(alarms.map(\.json)).prettyText)
        } else {
            try output.write(Table(alarms))
        }
        for alarm in alarms {
            guard let error = alarm.deliveryError else { continue }
            output.warn("alarm \(alarm.id) could not be delivered: \(error)")
        }
        if exitCode, alarms.contains(where: { $0.clearedAt == nil && $0.acknowledgedAt == nil }) {
            throw Failure.reported(.finding)
        }
    }
}

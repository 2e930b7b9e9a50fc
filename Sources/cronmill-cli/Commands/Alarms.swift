internal import ArgumentParser
internal import Cronmill

struct Alarms: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what is wrong, acknowledge it, and say from when on it is.",
        discussion: """
            The housekeeper looks every minute. It raises an alarm once, tells it by
            NOTIFY cronmill_alarm, and clears it when it is over.

            Examples:
              cronmill alarms --all
              cronmill alarms acknowledge 12
              cronmill alarms thresholds --set behind=30m --set dead=100
            """,
        subcommands: [AlarmList.self, AlarmAcknowledge.self, AlarmThresholds.self, AlarmDeliver.self],
        defaultSubcommand: AlarmList.self
    )
}

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
        let (deployment, databases) = try await asked.placeOfRegistry(connection)
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
            ? try await asked.placeOfRegistry(connection)
            : (try Context.deployment(connection.resolved(), connection), nil)
        let acknowledged = try await deployment.acknowledgeAlarms(ids.isEmpty ? nil : ids, databases: databases)
        if !connection.quiet {
            let count = acknowledged.count
            connection.output.note("\(count.grouped) \(count == 1 ? "alarm" : "alarms") acknowledged")
        }
    }
}

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

extension DatabaseOptions {
    /// For reports of the registry alone: the databases asked, nil for all.
    func placeOfRegistry(_ connection: ConnectionOptions) async throws -> (Deployment, [String]?) {
        if all { return (try Context.deployment(connection.resolved(), connection), nil) }
        let context = try await Context(connection, self)
        return (context.deployment, context.databases)
    }
}

extension Table {
    /// Alarms, for people.
    init(_ alarms: [Alarm]) {
        let times = TimeColumn(alarms.flatMap { [$0.raisedAt, $0.clearedAt] })
        let isHistory = alarms.contains { $0.clearedAt != nil }
        self.init(
            columns: [
                Column("id", alignment: .right), Column("kind"), Column("database"), Column("processor"),
                times.column("raised"),
            ] + (isHistory ? [times.column("cleared")] : []) + [Column("known to"), Column("detail", shrinks: true)]
        )
        for alarm in alarms {
            let isOver = alarm.clearedAt != nil
            let style: Style? = isOver ? .dim : alarm.acknowledgedAt == nil ? .red : .yellow
            append(
                [
                    Cell(String(alarm.id)), Cell(alarm.kind, style: style), Cell(alarm.database ?? "-"),
                    Cell(alarm.processor ?? "-"), Cell(times.text(alarm.raisedAt)),
                ] + (isHistory ? [Cell(alarm.clearedAt.map(times.text) ?? "-")] : [])
                    + [Cell(alarm.acknowledgedBy ?? "-"), Cell(alarm.detail)]
            )
        }
    }
}

extension Alarm {
    fileprivate var json: JSON {
        [
            "id": .integer(id), "kind": .string(kind), "database": JSON(database), "processor": JSON(processor),
            "detail": .string(detail), "raised_at": .string(raisedAt.iso8601), "cleared_at": JSON(clearedAt?.iso8601),
            "acknowledged_at": JSON(acknowledgedAt?.iso8601), "acknowledged_by": JSON(acknowledgedBy),
            "delivery_error": JSON(deliveryError),
        ]
    }
}

internal import ArgumentParser
internal import Cronmill

struct Recurring: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Have tasks put into queues at the times of a schedule.",
        discussion: """
            The runs of a queue's processor fire the ticks that are due, each once; a
            processor that sleeps is woken for them.

            Examples:
              cronmill recurring set nightly --database shop --queue reports \\
                --schedule '0 3 * * *' --zone Europe/Berlin --payload '{"of": "sales"}'
              cronmill recurring list --all
              cronmill recurring show nightly --database shop --next 10
            """,
        subcommands: [
            RecurringSet.self, RecurringList.self, RecurringShow.self, RecurringEnable.self, RecurringDisable.self,
            RecurringRunNow.self, RecurringRemove.self,
        ],
        defaultSubcommand: RecurringList.self
    )
}

/// Arguments of the commands that are about one recurring template.
struct RecurringArguments: ParsableArguments {
    @Argument(help: ArgumentHelp("Recurring template.", valueName: "name"), completion: Completion.templates)
    var name: String

    /// - Throws: `CronmillError` for what can be no name.
    func checked() throws -> String { try ObjectName(name, of: "recurring template").text }
}

/// All that the commands take which change one thing of a recurring template.
struct RecurringSwitchArguments: ParsableArguments {
    @OptionGroup var named: RecurringArguments
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @Flag(help: "Print the psql script that would run.")
    var dryRun = false
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    /// Plans it in each database, and carries that out.
    func carryOut(_ plan: (Deployment, _ name: String, _ database: String) async throws -> Plan) async throws {
        let name = try named.checked()
        let context = try await Context(connection, asked)
        try await context.forEachDatabase { database in
            let plan = try await plan(context.deployment, name, database)
            try await context.carryOut(plan, database: database, dryRun: dryRun)
            return .done
        }
    }
}

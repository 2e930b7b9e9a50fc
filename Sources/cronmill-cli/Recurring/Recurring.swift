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
        ]
    )
}

/// Arguments of the commands that are about one recurring template.
struct RecurringArguments: ParsableArguments {
    @Argument(help: ArgumentHelp("Recurring template.", valueName: "name"))
    var name: String

    /// - Throws: `CronmillError` for what can be no name.
    func checked() throws -> String { try ObjectName(name, of: "recurring template").text }
}

extension DatabaseOptions {
    /// Refuses several databases.
    func checkSingle(_ what: String) throws {
        if all || database.count > 1 {
            throw CronmillError(.usage, "\(what) is of one database: --database NAME")
        }
    }
}

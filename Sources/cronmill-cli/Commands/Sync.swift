internal import ArgumentParser
internal import Cronmill

struct Sync: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say where processors, registry and cron.job differ, and repair it.",
        discussion: """
            The work database is the source of truth.

            Example:
              cronmill sync --all --check
            """
    )

    @Flag(help: "Only look; exit code 3 if something differs.")
    var check = false
    @Flag(help: "Print the psql script that would run.")
    var dryRun = false
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() async throws {
        let context = try await Context(connection, asked)
        try await context.forEachDatabase { database in
            let differences = try await context.deployment.differences(in: database)
            for difference in differences {
                let slot = difference.slot.map { "#\($0)" } ?? ""
                let line = "\(database): \(difference.processor)\(slot): \(difference.text)"
                if dryRun { context.output.note(line) } else { try context.output.writeLine(line) }
            }
            if check { return differences.isEmpty ? .done : .finding }
            let plan = try await context.deployment.planSync(in: database)
            try await context.carryOut(plan, database: database, dryRun: dryRun)
            return .done
        }
    }
}

internal import ArgumentParser
internal import Cronmill

struct Sync: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say where processors, registry and cron.job differ, and repair it.",
        discussion: """
            The work database is the source of truth. In one that was copied, restored, renamed or promoted nothing
            runs until --adopt makes it one of its own.

            Examples:
              cronmill sync --all --check
              cronmill sync --adopt --database shop_copy
            """
    )

    @Flag(help: "Only look; exit code 3 if something differs.")
    var check = false
    @Flag(help: "Let a database that was copied, restored, renamed or promoted work where it is now.")
    var adopt = false
    @Flag(help: "Do not ask before the jobs of a dropped database are unscheduled.")
    var yes = false
    @Flag(help: "Print the psql script that would run.")
    var dryRun = false
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
        if adopt, check { throw ValidationError("--adopt and --check exclude each other.") }
    }

    func run() async throws {
        let context = try await Context(connection, asked)
        if adopt {
            return try await context.forEachDatabase { database in
                let plan = try await context.deployment.planAdopt(database)
                try await context.carryOut(plan, database: database, dryRun: dryRun)
                return .done
            }
        }
        try await context.forEachDatabase { database in
            if try await context.deployment.isGone(database) {
                return try await unschedule(database, context)
            }
            let differences = try await context.deployment.differences(in: database)
            for difference in differences {
                let slot = difference.slot.map { "#\($0)" } ?? ""
                let line = "\(difference.database): \(difference.processor)\(slot): \(difference.text)"
                if dryRun { context.output.note(line) } else { try context.output.writeLine(line) }
            }
            if check { return differences.isEmpty ? .done : .finding }
            let plan = try await context.deployment.planSync(in: database)
            try await context.carryOut(plan, database: database, dryRun: dryRun)
            return .done
        }
    }

    /// A database that was renamed is gone by its name, too: hence the question.
    private func unschedule(_ database: String, _ context: Context) async throws -> ExitStatus {
        let line = "\(database): the registry has it, but there is no such database"
        if dryRun { context.output.note(line) } else { try context.output.writeLine(line) }
        if check { return .finding }
        if !dryRun, !yes, !context.confirms("the jobs of database \"\(database)\"", "unscheduled") { return .failed }
        let plan = try await context.deployment.planRemove(.everything, in: database)
        try await context.carryOut(plan, database: database, dryRun: dryRun)
        return .done
    }
}

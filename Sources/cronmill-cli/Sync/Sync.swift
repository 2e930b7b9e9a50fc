internal import ArgumentParser
internal import Cronmill

struct Sync: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say where processors, registry and cron.job differ, and repair it.",
        discussion: """
            The work database is the source of truth. In one that was copied, restored, renamed or promoted nothing
            runs until --adopt makes it one of its own. After a failover that is one command for all of them; a
            database that is where it was is synchronized as without --adopt.

            Examples:
              cronmill sync --all --check
              cronmill sync --adopt --database shop_copy
              cronmill sync --adopt --all
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
        try await context.forEachDatabase { database in
            // A database that is named and adopted may have come to a server without a registry.
            switch asked.all || !adopt ? try await context.deployment.fate(of: database) : nil {
            case .dropped: return try await unschedule(database, context)
            case .renamed(let name):
                try say("\(database): it is named \(name) now; repair: \(String.adopting(name))", context)
                return .finding
            case nil: break
            }
            if adopt {
                let plan = try await context.deployment.planAdopt(database)
                guard plan.isEmpty else {
                    try await context.carryOut(plan, database: database, dryRun: dryRun)
                    return dryRun ? .done : try await whatStays(in: database, context)
                }
            }
            var found = try await context.deployment.comparison(of: database)
            try say(found.differences, context)
            if check { return found.differences.isEmpty ? .done : .finding }
            try await context.carryOut(found.plan, database: database, dryRun: dryRun)
            if dryRun { return found.differences.contains { $0.command != nil } ? .finding : .done }
            if found.isAboutFunctions {
                found = try await context.deployment.comparison(of: database)
                try say(found.differences, context)
                if !found.plan.isEmpty { try await context.carryOut(found.plan, database: database, dryRun: false) }
            }
            return try await whatStays(in: database, besides: found, context)
        }
    }

    /// Looks again after a repair, and says what it did not repair.
    private func whatStays(
        in database: String,
        besides said: Comparison? = nil,
        _ context: Context
    ) async throws -> ExitStatus {
        // Where there was nothing to do nothing has changed.
        guard said?.plan.isEmpty != true else { return said?.differences.isEmpty == true ? .done : .finding }
        let left = try await context.deployment.comparison(of: database).differences
        let known = Set(said?.differences.filter { $0.command != nil } ?? [])
        try say(left.filter { !known.contains($0) }, word: " still:", context)
        return left.isEmpty ? .done : .finding
    }

    private func say(_ differences: [Difference], word: String = "", _ context: Context) throws {
        for difference in differences {
            let processor = difference.processor.map { "\($0)\(difference.slot.map { "#\($0)" } ?? ""): " } ?? ""
            let command = difference.command.map { "; repair: \($0)" } ?? ""
            try say("\(difference.database):\(word) \(processor)\(difference.text)\(command)", context)
        }
    }

    private func say(_ line: String, _ context: Context) throws {
        if dryRun { context.output.note(line) } else { try context.output.writeLine(line) }
    }

    /// A database that was renamed is gone by its name, too: hence the question.
    private func unschedule(_ database: String, _ context: Context) async throws -> ExitStatus {
        try say("\(database): the registry has it, but there is no such database", context)
        if check { return .finding }
        if !dryRun, !yes, !context.confirms("the jobs of database \"\(database)\"", "unscheduled") { return .failed }
        let plan = try await context.deployment.planRemove(.everything, in: database)
        try await context.carryOut(plan, database: database, dryRun: dryRun)
        if dryRun { return .done }
        guard try await context.deployment.fate(of: database) != nil else { return .done }
        try say("\(database): still: the registry has it", context)
        return .finding
    }
}

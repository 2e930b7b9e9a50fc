internal import ArgumentParser
internal import Cronmill

struct Redrive: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put dead tasks back into their queues: all, by number, by error, or by tag.",
        discussion: """
            They are ready at once, with all their attempts, and keep their numbers. A
            task whose unique key another task holds stays dead.

            Examples:
              cronmill redrive emails --database shop
              cronmill redrive --database shop --id 4711 4712
              cronmill redrive --all --sqlstate 40001 --yes
              cronmill redrive emails --database shop --error 'timed out' --yes
              cronmill redrive emails --database shop --tag customer:7
            """
    )

    @OptionGroup var named: QueueArguments
    @Option(parsing: .upToNextOption, help: ArgumentHelp("Only those with these numbers.", valueName: "id"))
    var id: [Int64] = []
    @Option(help: ArgumentHelp("Only those with this text in their error's message.", valueName: "text"))
    var error: String?
    @Option(help: ArgumentHelp("Only those with this SQLSTATE.", valueName: "code"))
    var sqlstate: String?
    @OptionGroup(title: "Search") var search: SearchOptions
    @Flag(help: "Do not ask.")
    var yes = false
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @Flag(help: "Print the psql script that would run.")
    var dryRun = false
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
        if !id.isEmpty { try asked.checkNumbered() }
        if error?.isEmpty == true { throw ValidationError("--error is a text to look for.") }
        try SearchOptions.check(sqlstate: sqlstate)
    }

    func run() async throws {
        let context = try await Context(connection, asked)
        let databases = try await context.databases(having: named.processors)
        try await context.forEachDatabase(databases) { database in
            var filter = DeadTaskFilter()
            filter.queues = try await named.queues(in: database, context)
            filter.ids = id.isEmpty ? nil : id
            filter.errorText = error
            filter.sqlState = sqlstate
            filter.search = search.search
            if dryRun {
                let plan = try await context.deployment.planRedrive(filter, in: database)
                try await context.carryOut(plan, database: database, dryRun: true)
                return .done
            }
            let dead = filter
            return try await search.searching { try await redrive(dead, in: database, context) }
        }
    }

    private func redrive(_ filter: DeadTaskFilter, in database: String, _ context: Context) async throws -> ExitStatus {
        let count = try await context.deployment.countDeadTasks(filter, in: database)
        let mustAsk = !yes && filter.ids == nil && count > 0
        if mustAsk, !context.confirms("\(count.tasks("dead")) of database \"\(database)\"", "put back") {
            return .failed
        }
        let output = context.output
        let result = try await context.deployment.redrive(filter, in: database) { result in
            if count > result.redriven + result.kept {
                output.progress("\(database): \(result.redriven.grouped) of \(count.counted) redriven")
            }
        }
        output.endProgress()
        context.say("\(database): \(result.redriven.grouped) dead \(result.redriven == 1 ? "task" : "tasks") redriven")
        if result.kept > 0 {
            let verb = result.kept == 1 ? "task stays" : "tasks stay"
            output.warn("\(result.kept.grouped) \(verb) dead: another task has the same unique key")
        }
        guard let ids = filter.ids else { return .done }
        let areAllFound = output.saysAllFound(result.redriven + result.kept, of: ids)
        return areAllFound && result.kept == 0 ? .done : .failed
    }
}

extension Output {
    /// Whether so many were found of the dead tasks that were named; reports how many were not.
    func saysAllFound(_ found: Int, of ids: [Int64]) -> Bool {
        let missing = Set(ids).count - found
        guard missing > 0 else { return true }
        let those = missing == 1 ? "1 of the tasks named is" : "\(missing) of the tasks named are"
        report("\(those) not among the dead that fit", hint: "cronmill tasks ID says what became of one.")
        return false
    }
}

internal import ArgumentParser
internal import Cronmill

struct Purge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Delete dead tasks, and finished ones that were kept, by age, number or tag.",
        discussion: """
            Examples:
              cronmill purge emails --database shop --dead 90d
              cronmill purge --all --done 7d --yes
              cronmill purge emails --database shop --dead 0 --tag customer:7
              cronmill purge --database shop --id 4711 4712
            """
    )

    @OptionGroup var named: QueueArguments
    @Option(help: ArgumentHelp("Dead tasks that failed longer ago; 0 is all.", valueName: "duration"))
    var dead: String?
    @Option(help: ArgumentHelp("Finished tasks that were done longer ago; 0 is all.", valueName: "duration"))
    var done: String?
    @Option(parsing: .upToNextOption, help: ArgumentHelp("Dead tasks with these numbers.", valueName: "id"))
    var id: [Int64] = []
    @OptionGroup(title: "Search") var search: SearchOptions
    @Flag(help: "Do not ask.")
    var yes = false
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @Flag(help: "Print the psql script that would run.")
    var dryRun = false
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
        if !id.isEmpty {
            try asked.checkNumbered()
            guard done == nil else { throw ValidationError("--id is of dead tasks, --done of finished ones.") }
        } else if dead == nil, done == nil {
            throw ValidationError("Name an age: --dead 90d, --done 7d, or both; or numbers: --id 4711.")
        }
    }

    func run() async throws {
        let age = try dead.map { try Duration($0, of: "--dead", atMost: .longestAge) }
        let deadAge = age ?? (id.isEmpty ? nil : .zero)
        let doneAge = try done.map { try Duration($0, of: "--done", atMost: .longestAge) }
        let context = try await Context(connection, asked)
        let databases = try await context.databases(having: named.processors)
        try await context.forEachDatabase(databases) { database in
            var request = PurgeRequest()
            request.queues = try await named.queues(in: database, context)
            request.deadAge = deadAge
            request.doneAge = doneAge
            request.ids = id.isEmpty ? nil : id
            request.search = search.search
            if dryRun {
                let plan = try await context.deployment.planPurge(request, in: database)
                try await context.carryOut(plan, database: database, dryRun: true)
                return .done
            }
            let asked = request
            let count = try await search.searching {
                try await context.deployment.countPurged(asked, in: database)
            }
            let output = context.output
            if !yes, request.ids == nil, count.dead + count.done > 0,
                !context.confirms("\(count.text(request)) of database \"\(database)\"", "deleted")
            {
                return .failed
            }
            let result = try await context.deployment.purge(request, in: database) { result in
                output.progress("\(database): \((result.dead + result.done).grouped) deleted")
            }
            output.endProgress()
            context.say("\(database): \(result.text(request)) deleted")
            return id.isEmpty || output.saysAllFound(result.dead, of: id) ? .done : .failed
        }
    }
}

extension PurgeResult {
    /// What was asked for, in words: `3 dead and 1 finished task`.
    fileprivate func text(_ request: PurgeRequest) -> String {
        guard request.doneAge != nil else { return dead.tasks("dead") }
        guard request.deadAge != nil else { return done.tasks("finished") }
        return "\(dead.tasks("dead")) and \(done.tasks("finished"))"
    }
}

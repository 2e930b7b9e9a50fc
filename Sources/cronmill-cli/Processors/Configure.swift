internal import ArgumentParser
internal import Cronmill

struct Configure: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Change settings of a processor; print what changed.",
        discussion: """
            Examples:
              cronmill configure emails --database shop --slots 4 --every 5m
              cronmill configure emails --database shop --search-payload
            """
    )

    @Argument(help: ArgumentHelp("Processor.", valueName: "processor"), completion: Completion.processors)
    var processor: String
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @OptionGroup(title: "Settings") var settings: ProcessorOptions
    @OptionGroup(title: "Queries") var query: QueryOptions
    @Flag(
        inversion: .prefixedNo,
        help: "Build indexes by which payloads of its queue are searched; every task then costs more."
    )
    var searchPayload: Bool?
    @Flag(help: "Print the psql script that would run.")
    var dryRun = false
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
        if settings.isEmpty, query.isEmpty, searchPayload == nil {
            throw ValidationError("Nothing to change: name a setting, such as --slots 2.")
        }
    }

    func run() async throws {
        var wanted = try settings.request(processor: processor, queue: nil)
        try query.add(to: &wanted)
        wanted.searchesPayloads = searchPayload
        let request = wanted
        let context = try await Context(connection, asked)
        let databases = try await context.databases(having: [processor])
        try await context.forEachDatabase(databases) { database in
            let plan = try await context.deployment.planConfigure(request, database: database)
            try await context.carryOut(plan, database: database, dryRun: dryRun)
            return .done
        }
    }
}

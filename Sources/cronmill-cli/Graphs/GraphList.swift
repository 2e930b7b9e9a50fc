internal import ArgumentParser
internal import Cronmill

struct GraphList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List graphs, the newest first (the default).",
        discussion: """
            Held is one in which tasks wait for dead ones, until these are redriven or
            purged.

            Examples:
              cronmill graph list --all
              cronmill graph list --database shop --limit 10 --json
            """
    )

    @Option(help: ArgumentHelp("So many of a database at most. Default: 50.", valueName: "n"))
    var limit: Int = 50
    @Flag(help: "As JSON.")
    var json = false
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
        if !(1...1_000_000).contains(limit) { throw ValidationError("--limit is a number from 1 to 1000000.") }
    }

    func run() async throws {
        let context = try await Context(connection, asked)
        var graphs: [TaskGraph] = []
        var status = ExitStatus.done
        let results = await context.deployment.forEach(context.databases) { database in
            try await context.deployment.graphs(limit: limit, in: database)
        }
        for result in results {
            switch result.outcome {
            case .success(let found): graphs += found
            case .failure(let error):
                if error is CancellationError { throw error }
                if context.databases.count > 1 { context.output.note("cronmill: database \(result.database):") }
                status = .worst(status, Failure.report(error, to: context.output))
            }
        }
        if json {
            try context.output.write(JSON.array(graphs.map { $0.json(nil) }).prettyText)
        } else if !graphs.isEmpty || status == .done {
            try context.output.write(Table(graphs))
        }
        if status != .done { throw Failure.reported(status) }
    }
}

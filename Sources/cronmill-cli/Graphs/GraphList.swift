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
        let (found, status) = try await context.gather { database in
            try await context.deployment.graphs(limit: limit, in: database)
        }
        let graphs = found.flatMap(\.value)
        if json {
            try context.output.write(JSON.array(graphs.map { $0.json(nil) }).prettyText)
        } else if !graphs.isEmpty || status == .done {
            try context.output.write(Table(graphs))
        }
        if status != .done { throw Failure.reported(status) }
    }
}

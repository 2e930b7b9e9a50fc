internal import ArgumentParser
internal import Cronmill

struct GraphShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Draw a graph, and say what each task waits for.",
        discussion: """
            Each task is below the first of those it comes after.

            Examples:
              cronmill graph show 12 --database shop
              cronmill graph show 12 --database shop --json
              cronmill graph show 12 --database shop --dot
            """
    )

    @Argument(help: ArgumentHelp("Number of the graph.", valueName: "id"))
    var id: Int64
    @Option(help: ArgumentHelp("So many tasks at most. Default: 500.", valueName: "n"))
    var limit: Int?
    @Flag(help: "As JSON.")
    var json = false
    @Flag(help: "For Graphviz.")
    var dot = false
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
        if json, dot { throw ValidationError("--json and --dot exclude each other.") }
        if let limit, limit < 1 { throw ValidationError("--limit is a number from 1.") }
        if limit != nil, json || dot { throw ValidationError("--json and --dot give all tasks.") }
        try asked.checkNumbered()
    }

    func run() async throws {
        let context = try await Context(connection, asked)
        try await context.forEachDatabase { database in
            guard let (graph, nodes) = try await context.deployment.graph(id, in: database) else {
                throw CronmillError(
                    .failed,
                    "there is no graph \(id) in database \"\(database)\"",
                    detail: "It was removed some time after its end, or never was.",
                    hint: "See: cronmill graph list --database \(database.shellWord)",
                    database: database
                )
            }
            if json {
                try context.output.write(graph.json(nodes).prettyText)
            } else if dot {
                try context.output.write(graph.dot(nodes))
            } else {
                let drawing = GraphDrawing(graph, nodes, limit: limit ?? 500)
                try context.output.write(lines: [drawing.headline, ""])
                try context.output.write(drawing.table)
                if !drawing.remarks.isEmpty { try context.output.write(lines: [""] + drawing.remarks) }
            }
            return .done
        }
    }
}

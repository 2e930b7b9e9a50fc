internal import ArgumentParser
internal import Cronmill
internal import Postgres

/// What `enqueue` is told of a graph.
struct GraphArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            File of JSON lines as with --envelope, which have also ref, after (a list of refs, or of {"ref": "a", \
            "on": "done", "if": {...}}), join and queue; - is standard input.
            """,
            valueName: "file"
        ),
        completion: .file()
    )
    var graph: String?
    @Option(help: ArgumentHelp("Name of the graph.", valueName: "name"))
    var name: String?
    @Option(
        help: ArgumentHelp("What waits for a dead task is held, or canceled. Default: hold.", valueName: "hold|cancel"),
        completion: .list(["hold", "cancel"])
    )
    var onDead: String?
    @Option(help: ArgumentHelp("After this time nothing of it is begun, as PostgreSQL reads it.", valueName: "time"))
    var deadline: String?

    func validate() throws {
        if graph == nil, name != nil || onDead != nil || deadline != nil {
            throw ValidationError("--name, --on-dead and --deadline are of a graph: --graph FILE.")
        }
        if let onDead, !["hold", "cancel"].contains(onDead) {
            throw ValidationError("--on-dead is hold or cancel, not \"\(onDead)\".")
        }
        if let name, !(1...200).contains(name.utf8.count) { throw ValidationError("--name has 1 to 200 bytes.") }
    }
}

extension GraphArguments {
    /// Puts the graph in.
    func enqueue(into queue: String, _ connection: ConnectionOptions, _ asked: DatabaseOptions) async throws {
        var options = GraphOptions()
        options.name = name
        options.cancelsOnDead = onDead == "cancel"
        options.deadline = deadline
        let choice = options
        let input = try InputFile(path: graph == "-" ? nil : graph)
        let context = try await Context(connection, asked)
        try await context.forEachDatabase { database in
            let result: (id: Int64, tasks: Int)
            do {
                result = try await context.deployment.enqueueGraph(
                    into: queue,
                    database: database,
                    options: choice,
                    lines: input.read
                )
            } catch let error as PostgresError where deadline != nil && error.sqlState?.isTimeSyntax == true {
                throw CronmillError.noTime("--deadline", error)
            }
            context.say("\(database): graph \(result.id) of \(result.tasks.tasks()) enqueued into \(queue)")
            return .done
        }
    }
}

internal import ArgumentParser
internal import Cronmill

struct Tasks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List tasks; show one whole, with its error.",
        discussion: """
            Without --state: those that wait, in the order in which they are claimed. Of
            a task in an open batch nothing can be seen: it is listed as ready.

            Examples:
              cronmill tasks --database shop --queue emails
              cronmill tasks --all --state dead --limit 20
              cronmill tasks --database shop --state dead --sqlstate 23505
              cronmill tasks --database shop --tag customer:7 --tag invoice
              cronmill tasks 4711 --database shop
            """
    )

    @Argument(help: ArgumentHelp("Number of a task, to be shown whole.", valueName: "id"))
    var id: Int64?
    @Option(help: ArgumentHelp("Only tasks of this queue.", valueName: "name"), completion: Completion.queues)
    var queue: String?
    @Option(
        help: ArgumentHelp("Only those that are ready, scheduled, retrying, dead or done.", valueName: "state"),
        completion: .list(QueuedTask.State.allCases.map(\.rawValue))
    )
    var state: String?
    @Option(help: ArgumentHelp("Only those whose last attempt failed with this SQLSTATE.", valueName: "code"))
    var sqlstate: String?
    @Option(help: ArgumentHelp("So many of a database at most. Default: 50.", valueName: "n"))
    var limit: Int?
    @OptionGroup(title: "Search") var search: SearchOptions
    @Flag(help: "As JSON.")
    var json = false
    @Flag(help: "As CSV.")
    var csv = false
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
        if let limit, !(1...1_000_000).contains(limit) {
            throw ValidationError("--limit is a number from 1 to 1000000.")
        }
        if json, csv { throw ValidationError("--json and --csv exclude each other.") }
        if let state, QueuedTask.State(rawValue: state) == nil {
            throw ValidationError("--state is ready, scheduled, retrying, dead or done, not \"\(state)\".")
        }
        try SearchOptions.check(sqlstate: sqlstate)
        if id != nil { try asked.checkNumbered() }
    }

    /// Not of `validate`, which is asked before options that there are not are told: the value of one may look like a task.
    private func checkNamedAlone() throws {
        if queue != nil || state != nil || sqlstate != nil || limit != nil || !search.isEmpty {
            throw CronmillError(
                .usage,
                "naming a task leaves no room for --queue, --state, --sqlstate, --limit and a search",
                hint: "cronmill tasks --help"
            )
        }
    }

    func run() async throws {
        if id != nil { try checkNamedAlone() }
        let context = try await Context(connection, asked)
        if let id { return try await show(id, context) }
        var filter = TaskFilter()
        filter.queue = queue
        filter.state = state.flatMap(QueuedTask.State.init)
        filter.search = search.search
        filter.sqlState = sqlstate
        let limit = limit ?? filter.limit
        // One more tells whether there are more.
        filter.limit = limit + 1
        let asked = filter
        let (found, status) = try await context.gather { database in
            try await search.searching { try await context.deployment.tasks(asked, in: database) }
        }
        let tasks = found.flatMap { $0.value.prefix(limit) }
        let longer = found.filter { $0.value.count > limit }.map(\.database)
        if json {
            try context.output.write(JSON.array(tasks.map(\.json)).prettyText)
        } else if csv {
            try context.output.write(CSV(tasks).text)
        } else if !tasks.isEmpty || status == .done {
            try context.output.write(Table(tasks, state: filter.state))
        }
        if sqlstate != nil, state == nil, tasks.isEmpty, status == .done {
            context.say("of the tasks that wait none has failed so; of dead ones: --state dead")
        }
        for database in longer { context.say("\(database): there are more than these \(limit.grouped): --limit") }
        if status != .done { throw Failure.reported(status) }
    }

    private func show(_ id: Int64, _ context: Context) async throws {
        try await context.forEachDatabase { database in
            guard let task = try await context.deployment.task(id, in: database) else {
                let node = try await context.deployment.graphNode(id, in: database)
                throw CronmillError(
                    .failed,
                    "task \(id) is not there in database \"\(database)\"",
                    detail: node.map {
                        $0.state == .waiting ? "It waits for others of its graph." : "It is \($0.state.rawValue)."
                    }
                        ?? "It is done and was not kept, was canceled, or never was.",
                    hint: node.map { "cronmill graph show \($0.graph) --database \(database.shellWord)" },
                    database: database
                )
            }
            if json {
                try context.output.write(task.json.prettyText)
            } else if csv {
                try context.output.write(CSV([task]).text)
            } else {
                try context.output.write(task.whole)
            }
            return .done
        }
    }
}

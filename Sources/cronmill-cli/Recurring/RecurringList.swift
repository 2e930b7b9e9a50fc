internal import ArgumentParser
internal import Cronmill

struct RecurringList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List recurring templates with their next ticks (the default).",
        discussion: """
            Examples:
              cronmill recurring list --all
              cronmill recurring list --database shop --json
            """
    )

    @Flag(help: "As JSON.")
    var json = false
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() async throws {
        let context = try await Context(connection, asked)
        let (found, status) = try await context.gather { database in
            try await context.deployment.recurringTemplates(in: database)
        }
        let templates = found.flatMap(\.value)
        if json {
            try context.output.write(JSON.array(templates.map { $0.json(nil) }).prettyText)
        } else if !templates.isEmpty || status == .done {
            try context.output.write(Table(templates))
        }
        for template in templates {
            if let error = template.error {
                context.output.warn("\(template.database): \"\(template.name)\" disabled itself: \(error)")
            } else if template.isLate, let next = template.nextAt {
                context.output.warn(
                    "\(template.database): \"\(template.name)\" was due at \(next.description), and nothing has fired it"
                )
            }
        }
        if status != .done { throw Failure.reported(status) }
    }
}

struct RecurringShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a recurring template whole, with its next ticks.",
        discussion: """
            Example:
              cronmill recurring show nightly --database shop --next 10
            """
    )

    @OptionGroup var named: RecurringArguments
    @Option(help: ArgumentHelp("So many ticks, in its zone and in UTC. Default: 5.", valueName: "n"))
    var next = 5
    @Flag(help: "As JSON.")
    var json = false
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
        if !(1...1000).contains(next) { throw ValidationError("--next is a number from 1 to 1000.") }
    }

    func run() async throws {
        let name = try named.checked()
        let context = try await Context(connection, asked)
        guard !json else {
            return try await context.writeArray { database in
                let found = try await context.deployment.recurringTemplate(name, ticks: next, in: database)
                return found.template.json(found.ticks)
            }
        }
        try await context.forEachDatabase { database in
            let found = try await context.deployment.recurringTemplate(name, ticks: next, in: database)
            try context.output.write(found.template.whole(found.ticks))
            return .done
        }
    }
}

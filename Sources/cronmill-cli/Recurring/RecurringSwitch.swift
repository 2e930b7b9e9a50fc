internal import ArgumentParser
internal import Cronmill

struct RecurringEnable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable",
        abstract: "Have a recurring template fire, from its next tick on.",
        discussion: """
            Example:
              cronmill recurring enable nightly --database shop
            """
    )

    @OptionGroup var arguments: RecurringSwitchArguments

    func run() async throws {
        try await arguments.carryOut { try await $0.planSwitch(recurring: $1, enabled: true, in: $2) }
    }
}

struct RecurringDisable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Let the ticks of a recurring template pass.",
        discussion: """
            Tasks that it made stay.

            Example:
              cronmill recurring disable nightly --database shop
            """
    )

    @OptionGroup var arguments: RecurringSwitchArguments

    func run() async throws {
        try await arguments.carryOut { try await $0.planSwitch(recurring: $1, enabled: false, in: $2) }
    }
}

struct RecurringRunNow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run-now",
        abstract: "Make a task, or a graph, of a recurring template now, besides its ticks.",
        discussion: """
            Its next tick stays where it is. Its _tick is now.

            Example:
              cronmill recurring run-now nightly --database shop
            """
    )

    @OptionGroup var arguments: RecurringSwitchArguments

    func run() async throws {
        let name = try arguments.named.checked()
        let context = try await Context(arguments.connection, arguments.asked)
        try await context.forEachDatabase { database in
            if arguments.dryRun {
                let plan = try await context.deployment.planRun(recurring: name, in: database)
                try await context.carryOut(plan, database: database, dryRun: true)
                return .done
            }
            guard let made = try await context.deployment.runRecurring(name, in: database) else {
                context.output.report(
                    "nothing was made: one of \"\(name)\", or one with its unique key, is not done yet"
                )
                return .failed
            }
            let what =
                switch made {
                case .task(let id): "task \(id)"
                case .graph(let id): "graph \(id)"
                }
            context.say("\(database): \(what) of recurring template \(name) enqueued")
            return .done
        }
    }
}

struct RecurringRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove a recurring template; tasks that it made stay.",
        discussion: """
            Example:
              cronmill recurring remove nightly --database shop
            """
    )

    @OptionGroup var arguments: RecurringSwitchArguments

    func run() async throws {
        try await arguments.carryOut { try await $0.planRemove(recurring: $1, in: $2) }
    }
}

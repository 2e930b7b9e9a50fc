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

    @OptionGroup var named: RecurringArguments
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @Flag(help: "Print the psql script that would run.")
    var dryRun = false
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() async throws {
        let name = try named.checked()
        let context = try await Context(connection, asked)
        try await context.forEachDatabase { database in
            let plan = try await context.deployment.planSwitch(recurring: name, enabled: true, in: database)
            try await context.carryOut(plan, database: database, dryRun: dryRun)
            return .done
        }
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

    @OptionGroup var named: RecurringArguments
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @Flag(help: "Print the psql script that would run.")
    var dryRun = false
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() async throws {
        let name = try named.checked()
        let context = try await Context(connection, asked)
        try await context.forEachDatabase { database in
            let plan = try await context.deployment.planSwitch(recurring: name, enabled: false, in: database)
            try await context.carryOut(plan, database: database, dryRun: dryRun)
            return .done
        }
    }
}

struct RecurringRunNow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run-now",
        abstract: "Make a task of a recurring template now, besides its ticks.",
        discussion: """
            Its next tick stays where it is. Its _tick is now.

            Example:
              cronmill recurring run-now nightly --database shop
            """
    )

    @OptionGroup var named: RecurringArguments
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @Flag(help: "Print the psql script that would run.")
    var dryRun = false
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() async throws {
        let name = try named.checked()
        let context = try await Context(connection, asked)
        try await context.forEachDatabase { database in
            if dryRun {
                let plan = try await context.deployment.planRun(recurring: name, in: database)
                try await context.carryOut(plan, database: database, dryRun: true)
                return .done
            }
            guard let task = try await context.deployment.runRecurring(name, in: database) else {
                context.output.report(
                    "no task was made: one of \"\(name)\", or one with its unique key, is not done yet"
                )
                return .failed
            }
            context.say("\(database): task \(task) of recurring template \(name) enqueued")
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

    @OptionGroup var named: RecurringArguments
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @Flag(help: "Print the psql script that would run.")
    var dryRun = false
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() async throws {
        let name = try named.checked()
        let context = try await Context(connection, asked)
        try await context.forEachDatabase { database in
            let plan = try await context.deployment.planRemove(recurring: name, in: database)
            try await context.carryOut(plan, database: database, dryRun: dryRun)
            return .done
        }
    }
}

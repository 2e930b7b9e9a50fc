internal import ArgumentParser
internal import Cronmill

/// Arguments of the commands that switch processors.
struct ProcessorArguments: ParsableArguments {
    @Argument(
        help: ArgumentHelp("Processors; none means all of the databases asked.", valueName: "processor"),
        completion: Completion.processors
    )
    var processors: [String] = []
}

/// All that the commands take which change one thing of processors.
struct SwitchArguments: ParsableArguments {
    @OptionGroup var named: ProcessorArguments
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @Flag(help: "Print the psql script that would run.")
    var dryRun = false
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func carryOut(_ change: ProcessorChange) async throws {
        try await Context(connection, asked).carryOut(change, named.processors, dryRun: dryRun)
    }
}

struct Enable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Activate the jobs of processors.",
        discussion: """
            Example:
              cronmill enable emails --database shop
            """
    )

    @OptionGroup var arguments: SwitchArguments

    func run() async throws {
        let context = try await Context(arguments.connection, arguments.asked)
        try await context.carryOut(.enable, arguments.named.processors, dryRun: arguments.dryRun)
        for database in try await context.databases(having: arguments.named.processors) {
            for name in try await context.deployment.pausedProcessors(arguments.named.processors, in: database) {
                context.output.warn(
                    "\(database): processor \(name) is paused, no task is begun: "
                        + "cronmill resume \(name.shellWord) --database \(database.shellWord)"
                )
            }
        }
    }
}

struct Pause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stop claiming tasks at once; local to the work database.",
        discussion: """
            Example:
              cronmill pause emails --database shop
            """
    )

    @OptionGroup var arguments: SwitchArguments

    func run() async throws {
        try await arguments.carryOut(.pause)
    }
}

struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Claim tasks again after a pause.",
        discussion: """
            Example:
              cronmill resume emails --database shop
            """
    )

    @OptionGroup var arguments: SwitchArguments

    func run() async throws {
        try await arguments.carryOut(.resume)
    }
}

struct Disable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let runs end, then deactivate the jobs of processors.",
        discussion: """
            Pauses, waits until the runs have ended by themselves, deactivates the jobs, and unpauses.

            Example:
              cronmill disable emails --database shop
            """
    )

    @OptionGroup var named: ProcessorArguments
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @Option(help: ArgumentHelp("How long to wait for runs. Default: the timeout and 5 s.", valueName: "duration"))
    var wait: String?
    @Flag(help: "Print the psql script that would run; it does not wait.")
    var dryRun = false
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() async throws {
        let limit = try wait.map { try Duration($0, of: "--wait") }
        let context = try await Context(connection, asked)
        if dryRun { return try await context.carryOut(.disable, named.processors, dryRun: true) }
        let databases = try await context.databases(having: named.processors)
        try await context.forEachDatabase(databases) { database in
            let disabled = try await context.waiting(in: database) {
                try await context.deployment.disable(named.processors, in: database, wait: limit)
            }
            for name in disabled { context.say("\(database): disable processor \(name)") }
            if disabled.isEmpty { context.say("\(database): nothing to change") }
            return .done
        }
    }
}

extension Context {
    /// The databases asked; where processors are named, those of them that have one of the names, if any has.
    func databases(having names: [String]) async throws -> [String] {
        guard !names.isEmpty, databases.count > 1 else { return databases }
        let results = await deployment.forEach(databases) { try await deployment.processorNames(in: $0) }
        return zip(databases, results).filter { _, result in
            switch result.outcome {
            // A database that cannot be asked is kept: it is reported when its turn comes.
            case .failure: true
            case .success(let known): names.contains(where: known.contains)
            }
        }.map(\.0).nonEmpty ?? databases
    }

    /// Waits for runs of processors that are paused for it, and says that they stay so if Ctrl-C ends the waiting.
    func waiting<Value>(in database: String, _ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as CancellationError {
            output.warn("processors that were waited for stay paused: cronmill status --database \(database.shellWord)")
            throw error
        }
    }

    func carryOut(_ change: ProcessorChange, _ names: [String], dryRun: Bool) async throws {
        let asked = try await databases(having: names)
        try await forEachDatabase(asked) { database in
            let plan = try await deployment.plan(change, names, in: database)
            try await carryOut(plan, database: database, dryRun: dryRun)
            return .done
        }
    }
}

extension Array {
    fileprivate var nonEmpty: Self? { isEmpty ? nil : self }
}

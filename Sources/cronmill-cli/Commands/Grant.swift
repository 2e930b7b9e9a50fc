internal import ArgumentParser
internal import Cronmill

/// A part as the command line names it.
enum PartName: String, ExpressibleByArgument, CaseIterable {
    case producer
    case `operator`
    case monitor
    case runAs = "run-as"
}

/// Arguments of `grant` and `revoke`.
struct PartArguments: ParsableArguments {
    @Argument(help: ArgumentHelp("producer, operator, monitor or run-as.", valueName: "part"))
    var part: PartName
    @Argument(help: ArgumentHelp("The role.", valueName: "role"))
    var role: String
    @Option(
        help: ArgumentHelp("Queue a producer may enqueue to; repeatable.", valueName: "name"),
        completion: Completion.queues
    )
    var queue: [String] = []
    @Flag(help: "Print the psql script that would run.")
    var dryRun = false
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
        if part != .producer, !queue.isEmpty { throw ValidationError("--queue is for producers.") }
    }

    /// The part, as the library has it.
    ///
    /// - Throws: `CronmillError` for a name that no role or queue can have.
    func checked() throws -> Part {
        _ = try ObjectName(role, of: "role")
        return switch part {
        case .producer: .producer(queues: try queue.map { try ObjectName($0, of: "queue").text })
        case .operator: .operator
        case .monitor: .monitor
        case .runAs: .runAs
        }
    }
}

struct Grant: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a role a producer, an operator, a monitor, or one that handlers run as.",
        discussion: """
            Examples:
              cronmill grant producer app_user --queue emails --database shop
              cronmill grant operator app_admin --all
              cronmill grant monitor grafana --all
              cronmill grant run-as app_runner --database shop
            """
    )

    @OptionGroup var arguments: PartArguments

    func validate() throws {
        if arguments.part == .producer, arguments.queue.isEmpty {
            throw ValidationError("A producer needs a queue: --queue NAME, more than once if need be.")
        }
    }

    func run() async throws {
        let part = try arguments.checked()
        let context = try await Context(arguments.connection, arguments.asked)
        try await context.forEachDatabase { database in
            let plan = try await context.deployment.planGrant(part, to: arguments.role, database: database)
            try await context.carryOut(plan, database: database, dryRun: arguments.dryRun)
            return .done
        }
    }
}

struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take back what grant gave.",
        discussion: """
            A producer without --queue loses all its queues.

            Examples:
              cronmill revoke producer app_user --queue emails --database shop
              cronmill revoke monitor grafana --all
            """
    )

    @OptionGroup var arguments: PartArguments

    func run() async throws {
        let part = try arguments.checked()
        let context = try await Context(arguments.connection, arguments.asked)
        try await context.forEachDatabase { database in
            let plan = try await context.deployment.planRevoke(part, from: arguments.role, database: database)
            try await context.carryOut(plan, database: database, dryRun: arguments.dryRun)
            return .done
        }
    }
}

struct RotatePassword: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-password",
        abstract: "Give the link of a work database a new password.",
        discussion: """
            It is made in the server, kept in the link's user mapping, and shown nowhere.

            Example:
              cronmill rotate-password --all
            """
    )

    @Flag(help: "Print the psql script that would run.")
    var dryRun = false
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() async throws {
        let context = try await Context(connection, asked)
        try await context.forEachDatabase { database in
            let plan = try await context.deployment.planPasswordRotation(database: database)
            try await context.carryOut(plan, database: database, dryRun: dryRun)
            return .done
        }
    }
}

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
    func checked() throws -> RolePart {
        _ = try ObjectName(role, of: "role")
        return switch part {
        case .producer: .producer(queues: try queue.map { try ObjectName($0, of: "queue").text })
        case .operator: .operator
        case .monitor: .monitor
        case .runAs: .runAs
        }
    }
}

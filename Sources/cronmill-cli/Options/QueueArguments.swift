internal import ArgumentParser
internal import Cronmill

/// Arguments of the commands that are about the tasks of queues.
struct QueueArguments: ParsableArguments {
    @Argument(
        help: ArgumentHelp("Processors, whose queues are meant; none means all queues.", valueName: "processor"),
        completion: Completion.processors
    )
    var processors: [String] = []
    @Option(
        help: ArgumentHelp("A queue, with or without a processor.", valueName: "name"),
        completion: Completion.queues
    )
    var queue: String?

    func validate() throws {
        if queue != nil, !processors.isEmpty {
            throw ValidationError("Name processors or --queue, not both.")
        }
    }

    /// The queues by name; nil is all.
    func queues(in database: String, _ context: Context) async throws -> [String]? {
        if let queue { return [queue] }
        return try await context.deployment.queues(of: processors, in: database)
    }
}

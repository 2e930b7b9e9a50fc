internal import ArgumentParser
internal import Cronmill

struct Process: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Work tasks off now, in the foreground, as pg_cron would.",
        discussion: """
            Calls the generated procedure as slot 0, connected as the processor's run-as role.

            Example:
              cronmill process emails --database shop --limit 100
            """
    )

    @Argument(help: ArgumentHelp("Processor.", valueName: "processor"), completion: Completion.processors)
    var processor: String
    @Option(help: ArgumentHelp("Tasks at most.", valueName: "n"))
    var limit: Int?
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit is a number from 1.") }
    }

    func run() async throws {
        let context = try await Context(connection, asked)
        let databases = try await context.databases(having: [processor])
        try await context.forEachDatabase(databases) { database in
            let output = context.output
            let start = ContinuousClock.now
            let result = try await context.deployment.process(processor, in: database, limit: limit) { progress in
                output.progress("\(database): \(progress.ready.counted) ready")
            }
            output.endProgress()
            let attempts = result.failed == 1 ? "attempt" : "attempts"
            let failures = result.failed == 0 ? "" : ", \(result.failed.grouped) failed \(attempts)"
            context.say(
                "\(database): \(result.done.grouped) \(result.done == 1 ? "task" : "tasks") done\(failures), in \((ContinuousClock.now - start).shortText); "
                    + "\(result.ready.counted) ready"
            )
            return .done
        }
    }
}

internal import ArgumentParser
internal import Cronmill

struct Cancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take waiting tasks out of their queue, by number.",
        discussion: """
            A task that a slot is doing is left alone, and not waited for; exit code 1
            says that one of those named was not canceled.

            Example:
              cronmill cancel 4711 4712 --database shop
            """
    )

    @Argument(help: ArgumentHelp("Numbers of tasks.", valueName: "id"))
    var ids: [Int64]
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @Flag(help: "Print the psql script that would run.")
    var dryRun = false
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
        try asked.checkNumbered()
    }

    func run() async throws {
        let context = try await Context(connection, asked)
        try await context.forEachDatabase { database in
            if dryRun {
                let plan = try await context.deployment.planCancel(ids, in: database)
                try await context.carryOut(plan, database: database, dryRun: true)
                return .done
            }
            let results = try await context.deployment.cancel(ids, in: database)
            let canceled = results.count { $0.kind == .canceled }
            context.say("\(database): \(canceled.tasks()) canceled")
            for result in results {
                if let reason = result.reason { context.output.report("task \(result.id) \(reason)") }
            }
            return canceled == results.count ? .done : .failed
        }
    }
}

extension CancelResult {
    /// Why it was not canceled.
    fileprivate var reason: String? {
        switch kind {
        case .canceled: nil
        case .running: "is being done, or held by another session, and is left alone"
        case .dead: "is dead already"
        case .done: "is done already"
        case .unknown: "is not there: it is done, was canceled before, or never was"
        }
    }
}

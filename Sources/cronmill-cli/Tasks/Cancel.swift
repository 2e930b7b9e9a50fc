internal import ArgumentParser
internal import Cronmill

struct Cancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take waiting tasks out of their queue, by number or by tag.",
        discussion: """
            A task that a slot is doing is left alone, and not waited for; exit code 1
            says that one of those meant was not canceled.

            Examples:
              cronmill cancel 4711 4712 --database shop
              cronmill cancel --queue emails --tag customer:7 --database shop
            """
    )

    @Argument(help: ArgumentHelp("Numbers of tasks.", valueName: "id"))
    var ids: [Int64] = []
    @Option(help: ArgumentHelp("For a search: of this queue.", valueName: "name"), completion: Completion.queues)
    var queue: String?
    @OptionGroup(title: "Search") var search: SearchOptions
    @Flag(help: "Do not ask; by number it never does.")
    var yes = false
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @Flag(help: "Print the psql script that would run.")
    var dryRun = false
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
        switch (ids.isEmpty, search.isEmpty) {
        case (true, true): throw ValidationError("Name tasks by number, or by --tag, --any-tag or --payload.")
        case (false, false): throw ValidationError("Name tasks by number or by a search, not both.")
        case (false, true):
            if queue != nil { throw ValidationError("A number needs no --queue.") }
            try asked.checkNumbered()
        case (true, false):
            if queue == nil { throw ValidationError("Say of which queue: --queue NAME.") }
        }
    }

    func run() async throws {
        let context = try await Context(connection, asked)
        try await context.forEachDatabase { database in
            if let queue {
                return try await search.searching { try await cancel(queue, in: database, context) }
            }
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

    private func cancel(_ queue: String, in database: String, _ context: Context) async throws -> ExitStatus {
        if dryRun {
            let plan = try await context.deployment.planCancel(search.search, queue: queue, in: database)
            try await context.carryOut(plan, database: database, dryRun: true)
            return .done
        }
        let total = yes ? 0 : try await context.deployment.countWaiting(search.search, queue: queue, in: database)
        if total > 0, !context.confirms("\(total.tasks("waiting")) of database \"\(database)\"", "canceled") {
            return .failed
        }
        let output = context.output
        let count = try await context.deployment.cancel(search.search, queue: queue, in: database) { count in
            output.progress("\(database): \(count.canceled.grouped) canceled")
        }
        output.endProgress()
        context.say("\(database): \(count.canceled.tasks()) canceled")
        if count.running > 0 {
            let verb = count.running == 1 ? "is" : "are"
            output.report(
                "\(count.running.tasks()) that \(count.running == 1 ? "fits" : "fit") \(verb) being done, "
                    + "or held by another session, and \(verb) left alone"
            )
        }
        return count.running == 0 ? .done : .failed
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

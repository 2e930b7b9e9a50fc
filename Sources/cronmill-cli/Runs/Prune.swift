internal import ArgumentParser
internal import Cronmill

struct Prune: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Remove old runs from pg_cron's history, and tasks that were kept.",
        discussion: """
            The housekeeper does so every hour, by what --set says: older-than (7d) and
            keep, a number of newest runs (off). Tasks go by --keep-done and --keep-dead
            of their processors, unless an age or a number is named here.

            Examples:
              cronmill prune --all --dry-run
              cronmill prune --database shop --processor emails --older-than 1d
              cronmill prune --all --keep 1000 --include-others --yes
              cronmill prune --set older-than=30d --all
            """
    )

    @Option(help: ArgumentHelp("Runs that began longer ago.", valueName: "duration"))
    var olderThan: String?
    @Option(help: ArgumentHelp("Runs beyond so many newest ones of a processor.", valueName: "n"))
    var keep: Int?
    @Option(
        help: ArgumentHelp("Only runs of this processor; repeatable.", valueName: "name"),
        completion: Completion.processors
    )
    var processor: [String] = []
    @Flag(help: "Also runs of jobs that are not Cronmill's.")
    var includeOthers = false
    @Option(help: ArgumentHelp("Set how long the housekeeper keeps runs; repeatable.", valueName: "name=value"))
    var set: [String] = []
    @Flag(help: "Do not ask before others' runs are removed.")
    var yes = false
    @Flag(help: "Say what would be removed. With --set, print the psql script.")
    var dryRun = false
    @Flag(help: "As JSON.")
    var json = false
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
        if let keep, keep < 0 { throw ValidationError("--keep is a number from 0.") }
        if includeOthers, !asked.all { throw ValidationError("--include-others is about all jobs: say --all.") }
        if includeOthers, !processor.isEmpty {
            throw ValidationError("--include-others and --processor exclude each other.")
        }
        if !set.isEmpty {
            if olderThan != nil || keep != nil || includeOthers {
                throw ValidationError("--set removes nothing now: name no --older-than, --keep or --include-others.")
            }
            if processor.count > 1 { throw ValidationError("--set is for all, or for one --processor.") }
            if asked.all, !processor.isEmpty { throw ValidationError("--processor needs its --database.") }
        }
    }

    func run() async throws {
        var request = PruneRequest()
        request.olderThan = try olderThan.map { try Duration($0, of: "--older-than", atMost: .longestAge) }
        request.keep = keep
        request.processors = processor.isEmpty ? nil : processor
        request.includesOthers = includeOthers
        request.isRehearsal = dryRun
        let context = try await Context(connection, asked)
        request.databases = asked.all ? nil : context.databases
        if !set.isEmpty { return try await keepFor(context) }
        if includeOthers, !yes, !dryRun, !context.confirms("old runs of jobs that are not Cronmill's", "removed") {
            throw Failure.reported(.failed)
        }

        let output = context.output
        var status = ExitStatus.done
        var rows: [PrunedProcessor] = []
        do {
            rows = try await context.deployment.pruneHistory(request) { removed, part in
                output.progress("history: \(removed.grouped) runs, \(Int(part * 100))%")
            }
        } catch let error where !(error is CancellationError) {
            output.endProgress()
            status = Failure.report(error, to: output)
        }
        output.endProgress()
        // An age or a number is about runs.
        if olderThan == nil, keep == nil, processor.isEmpty {
            let isRehearsal = dryRun
            for result in await context.deployment.forEach(
                context.databases,
                { try await context.deployment.pruneTasks(in: $0, isRehearsal: isRehearsal) }
            ) {
                switch result.outcome {
                case .success(let pruned): rows.merge(pruned)
                case .failure(let error):
                    output.note("cronmill: database \(result.database):")
                    status = .worst(status, Failure.report(error, to: output))
                }
            }
        }
        if json {
            try output.write(JSON.array(rows.map(\.json)).prettyText)
        } else if !rows.isEmpty {
            try output.write(Table(rows))
        }
        if !context.isQuiet, status == .done {
            output.note(rows.isEmpty ? "nothing to remove" : dryRun ? "nothing is removed: --dry-run" : "removed")
        }
        if status != .done { throw Failure.reported(status) }
    }

    /// Notes how long the housekeeper keeps runs.
    private func keepFor(_ context: Context) async throws {
        let names: [Threshold: String] = [.historyAge: "older-than", .historyRuns: "keep"]
        let values = try Threshold.read(set, of: [.historyAge, .historyRuns]) { names[$0] ?? $0.rawValue }
        let databases: [String?] = asked.all ? [nil] : context.databases
        for database in databases {
            let plan = try await context.deployment.planThresholds(
                values,
                database: database,
                processor: processor.first
            )
            try await context.carryOut(plan, database: database ?? context.deployment.cronDatabase, dryRun: dryRun)
        }
    }
}

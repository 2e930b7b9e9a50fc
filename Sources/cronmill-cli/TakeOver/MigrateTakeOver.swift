internal import ArgumentParser
internal import Cronmill
internal import Postgres

struct MigrateTakeOver: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "takeover",
        abstract: "Take over a queue made by hand, or an installation of PartitionCache.",
        discussion: """
            Rows of the table become tasks, each by one transaction, while producers go on
            inserting: a trigger forwards what they insert. Rows that are locked are left for the
            old worker that is doing them. Ended anywhere and run again, it goes on; --undo makes
            rows of the tasks that still wait.

            Examples:
              cronmill migrate takeover --database shop --table app.jobs \\
                --payload payload --priority prio --created created_at \\
                --only status=ready --ignore status \\
                --queue jobs --handler app.work --run-as app_runner --enable
              cronmill migrate takeover --database shop --table app.jobs --undo
              cronmill migrate takeover --database cache --partitioncache \\
                --run-as cache_runner --dry-run
            """,
        aliases: ["adopt"]
    )

    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @Option(help: ArgumentHelp("The table that is a queue.", valueName: "schema.table"))
    var table: String?
    @Option(help: ArgumentHelp("Column that identifies a row. Default: the primary key.", valueName: "column"))
    var id: String?
    @Option(help: ArgumentHelp("Column that is the payload: jsonb, json, or text that is JSON.", valueName: "column"))
    var payload: String?
    @Flag(help: "The whole row is the payload.")
    var payloadRow = false
    @Option(help: ArgumentHelp("Column of the priority; 0 to 9, 9 first, the rest cut.", valueName: "column"))
    var priority: String?
    @Option(help: ArgumentHelp("Column of the time before which it is not begun.", valueName: "column"))
    var runAt: String?
    @Option(help: ArgumentHelp("Column of the time it was made; also --run-at's default.", valueName: "column"))
    var created: String?
    @Option(help: ArgumentHelp("Column of the attempts that have failed.", valueName: "column"))
    var attempts: String?
    @Option(
        help: ArgumentHelp("Only rows with this value; none after = is null. Repeatable.", valueName: "column=value")
    )
    var only: [String] = []
    @Option(help: ArgumentHelp("Column that is given up. Repeatable.", valueName: "column"))
    var ignore: [String] = []
    @Option(help: ArgumentHelp("Queue the rows go to.", valueName: "name"), completion: Completion.queues)
    var queue: String?
    @OptionGroup(title: "Processor") var settings: ProcessorOptions
    @Flag(help: "Enable the processor when the rows are moved.")
    var enable = false
    @Flag(help: ArgumentHelp("PartitionCache's configuration, jobs and fragments.", visibility: .default))
    var partitioncache = false
    @Option(help: ArgumentHelp("What the names of its tables begin with. Default: found.", valueName: "prefix"))
    var prefix: String?
    @Option(help: ArgumentHelp("Only this job_name of its configuration. Repeatable.", valueName: "name"))
    var job: [String] = []
    @Option(help: ArgumentHelp("Type of the values of results. Default: the fragments'.", valueName: "type"))
    var resultType: String?
    @Option(help: "Whose tables the results are kept in. Default: partitioncache.")
    var resultLayout: ResultLayoutOption?
    @Flag(help: "Take over fragments too that would fail.")
    var acceptFailing = false
    @Option(help: ArgumentHelp("How long to wait for rows others have locked. Default: 10s.", valueName: "duration"))
    var wait: String?
    @Flag(help: "Give back what was taken over.")
    var undo = false
    @Flag(help: "Print the psql script that would run, and how many rows there are.")
    var dryRun = false
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
        if partitioncache == (table != nil) { throw ValidationError("Name a --table, or say --partitioncache.") }
        let isMapped =
            !only.isEmpty || !ignore.isEmpty || payloadRow || enable
            || [id, payload, priority, runAt, created, attempts].contains { $0 != nil }
        var others = settings
        others.runAs = nil
        others.searchPath = nil
        if undo {
            if isMapped || queue != nil || !settings.isEmpty || resultType != nil || resultLayout != nil
                || acceptFailing
            {
                throw ValidationError("--undo knows how it was taken over: leave the rest out.")
            }
        } else if partitioncache {
            if isMapped || !others.isEmpty {
                throw ValidationError("--partitioncache takes its settings from there: leave them out.")
            }
            if queue != nil, job.count != 1 {
                throw ValidationError("--queue names that of one --job.")
            }
        } else {
            if queue == nil { throw ValidationError("Name the queue the rows go to: --queue NAME.") }
            if payloadRow == (payload != nil) {
                throw ValidationError("Say what the payload is: --payload COLUMN or --payload-row.")
            }
            if payloadRow, !ignore.isEmpty { throw ValidationError("--payload-row takes all columns: no --ignore.") }
            if let wrong = only.first(where: { !$0.dropFirst().contains("=") }) {
                throw ValidationError("--only \(wrong) is not COLUMN=VALUE.")
            }
        }
        if !partitioncache, prefix != nil || !job.isEmpty || resultType != nil || resultLayout != nil || acceptFailing {
            throw ValidationError(
                "--prefix, --job, --result-type, --result-layout and --accept-failing go with --partitioncache."
            )
        }
        if asked.all || asked.database.count > 1 {
            throw ValidationError("A take-over is of one database: --database NAME.")
        }
    }

    func run() async throws {
        let limit = try wait.map { try Duration($0, of: "--wait") } ?? .seconds(10)
        let context = try await Context(connection, asked)
        if undo { return try await undo(context, limit) }
        let plan: (String) async throws -> TakeOverPlan
        if partitioncache {
            var request = PartitionCacheRequest()
            request.prefix = prefix
            request.names = job
            request.runAs = try settings.runAs.map { try ObjectName($0, of: "role").text }
            request.resultType = resultType
            request.layout = resultLayout?.layout
            request.searchPath = try settings.searchPath.map { try SearchPath(userText: $0) }
            request.queue = try queue.map { try ObjectName($0, of: "queue") }
            request.acceptsFailing = acceptFailing
            let wanted = request
            plan = { try await context.deployment.planTakeOver(wanted, database: $0) }
        } else {
            let wanted = try request()
            plan = { try await context.deployment.planTakeOver(wanted, database: $0) }
        }
        try await context.forEachDatabase { database in
            let prepared = {
                try await context.deployment.whileSettingUp {
                    let plan = try await plan(database)
                    try await prepare(plan, database, context, limit)
                    return plan
                }
            }
            guard !dryRun else {
                _ = try await prepared()
                return .done
            }
            return try await context.deployment.whileTakingOver(of: database) {
                try await takeOver(try await prepared(), database, context, limit)
            }
        }
    }

    private func request() throws -> TakeOverRequest {
        var processor = try settings.request(processor: nil, queue: queue)
        if enable { processor.isEnabled = true }
        var request = TakeOverRequest(
            table: table ?? "",
            payload: payload.map { .column($0) } ?? .row,
            processor: processor
        )
        request.id = id
        request.priority = priority
        request.runAt = runAt
        request.created = created
        request.attempts = attempts
        request.ignored = ignore
        request.only = only.map { text in
            // A column's name may begin with the sign, but not be empty.
            let end = text.dropFirst().firstIndex(of: "=") ?? text.endIndex
            let value = String(text[end...].dropFirst())
            return TakeOverCondition(column: String(text[..<end]), value: value.isEmpty ? nil : value)
        }
        return request
    }

    /// Says what there is to be done, and does what comes before the rows; a dry run prints all of it.
    private func prepare(_ plan: TakeOverPlan, _ database: String, _ context: Context, _ limit: Duration) async throws {
        if dryRun {
            try await context.carryOut(plan.plan, database: database, dryRun: true)
        } else {
            for remark in plan.plan.remarks { context.say("\(database): note: \(remark)") }
        }
        for remark in plan.remarks { context.say("\(database): note: \(remark)") }
        for table in plan.tables {
            context.say("\(database): \(table.rows.rows) of table \(table.name) to be moved to queue \(table.queue)")
            for (count, bound, what) in [(table.above, 9, "above"), (table.below, 0, "below")] where count > 0 {
                context.say("\(database): \(count.rows) with a priority \(what) \(bound), which becomes \(bound)")
            }
        }
        guard !dryRun else { return }
        let output = context.output
        let isQuiet = context.isQuiet
        try await context.deployment.prepareTakeOver(plan, wait: limit) { step in
            if !isQuiet { output.note("\(step.database): \(step.title)") }
        }
    }

    private func takeOver(
        _ plan: TakeOverPlan,
        _ database: String,
        _ context: Context,
        _ limit: Duration
    ) async throws -> ExitStatus {
        let output = context.output
        let isQuiet = context.isQuiet
        let counts = Dictionary(plan.tables.map { ($0.name, $0.rows) }) { one, _ in one }
        let results = try await context.deployment.takeOver(plan, wait: limit) { step in
            if !isQuiet { output.note("\(step.database): \(step.title)") }
        } onProgress: { result in
            output.progress(
                "\(database): \(result.moved.grouped) of \((counts[result.table] ?? 0).grouped) rows of table \(result.table)"
            )
        }
        output.endProgress()
        var status = ExitStatus.done
        for result in results {
            context.say("\(database): \(result.moved.rows) moved from table \(result.table) to queue \(result.queue)")
            guard result.left > 0 else { continue }
            status = .failed
            let locked = result.left - result.unfit
            output.report(
                "\(result.left.rows) of table \(result.table) left where they are",
                detail: [
                    locked > 0 ? "\(locked.grouped) locked by others, as by an old worker that is doing them." : nil,
                    result.unfit > 0
                        ? "\(result.unfit.grouped) whose payload is no JSON, or whose id is that of a task that waits."
                        : nil,
                ].compactMap { $0 }.joined(separator: " "),
                hint: "Run it again to take those that can be taken by then."
            )
        }
        return status
    }

    private func undo(_ context: Context, _ limit: Duration) async throws {
        let scope: TakeOverScope = table.map { .table($0) } ?? .partitionCache(job)
        try await context.forEachDatabase { database in
            if dryRun {
                let plan = try await context.deployment.planUndoTakeOver(scope, in: database)
                try await context.carryOut(plan, database: database, dryRun: true)
                return .done
            }
            let output = context.output
            let isQuiet = context.isQuiet
            let results = try await context.deployment.whileTakingOver(of: database) {
                try await context.deployment.undoTakeOver(scope, in: database, wait: limit) { step in
                    if !isQuiet { output.note("\(step.database): \(step.title)") }
                } onProgress: { result in
                    output.progress("\(database): \(result.moved.grouped) tasks of queue \(result.queue)")
                }
            }
            output.endProgress()
            var status = ExitStatus.done
            for result in results {
                context.say(
                    "\(database): \(result.moved.tasks()) of queue \(result.queue) given back to table \(result.table)"
                )
                if let remark = result.remark { context.say("\(database): note: \(remark)") }
                guard result.left > 0 else { continue }
                status = .failed
                output.report(
                    "\(result.left.tasks()) of queue \(result.queue) left: a session is doing them",
                    hint: "Run it again when it has ended."
                )
            }
            context.say("\(database): queues and processors stay, disabled: cronmill remove")
            return status
        }
    }
}

extension Int {
    /// A count of rows, in words.
    fileprivate var rows: String { "\(grouped) \(self == 1 ? "row" : "rows")" }
}

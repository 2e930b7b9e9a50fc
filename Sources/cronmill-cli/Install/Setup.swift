internal import ArgumentParser
internal import Cronmill

struct Setup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Install or bring up to date both halves; make a queue and its processor.",
        discussion: """
            Idempotent: a second run changes nothing and says so.

            Examples:
              cronmill setup --database shop --queue emails --handler app.send_email \\
                --run-as app_runner --slots 2 --enable
              cronmill setup --database shop --queue fragments \\
                --query-results app.query_result --run-as app_runner
            """
    )

    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @Option(help: ArgumentHelp("Queue to make, with its processor.", valueName: "name"), completion: Completion.queues)
    var queue: String?
    @Option(
        help: ArgumentHelp("Name of the processor. Default: its queue's.", valueName: "name"),
        completion: Completion.processors
    )
    var processor: String?
    @OptionGroup(title: "Processor") var settings: ProcessorOptions
    @Option(
        help: ArgumentHelp(
            "Instead of a handler: tasks are queries, and this table keeps their results.",
            valueName: "schema.table"
        )
    )
    var queryResults: String?
    @Option(help: ArgumentHelp("Type of the values of results. Default: bigint.", valueName: "type"))
    var resultType: String?
    @Option(help: "Whose tables the results are kept in. Default: cronmill.")
    var resultLayout: ResultLayoutOption?
    @OptionGroup(title: "Queries") var query: QueryOptions
    @Flag(help: "Enable the processor.")
    var enable = false
    @Option(help: ArgumentHelp("Address at which the server reaches itself for the link.", valueName: "host"))
    var linkHost: String?
    @Option(help: ArgumentHelp("cron.max_running_jobs, where it cannot be read.", valueName: "n"))
    var maxRunningJobs: Int?
    @Option(help: ArgumentHelp("Active jobs of others, where they cannot be seen.", valueName: "n"))
    var others: Int?
    @Option(
        help: ArgumentHelp(
            "Slots of processors that sleep that may be at work at once. Default: auto, what is left.",
            valueName: "n|auto"
        )
    )
    var budget: String?
    @Option(
        help: ArgumentHelp(
            "How long one of them may be at work while others wait. Default: 10s.",
            valueName: "duration"
        )
    )
    var quantum: String?
    @Option(help: ArgumentHelp("Runs of pg_cron that --budget auto leaves to others. Default: 2.", valueName: "n"))
    var reserve: Int?
    @Flag(help: "Print the psql script that would run.")
    var dryRun = false
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
        if let reserve, !(0...10_000).contains(reserve) { throw ValidationError("--reserve is from 0 to 10000.") }
        if queue == nil,
            enable || processor != nil || !settings.isEmpty || queryResults != nil || resultType != nil
                || resultLayout != nil
                || !query.isEmpty
        {
            throw ValidationError("Settings of a processor need --queue, or use: cronmill configure PROCESSOR")
        }
    }

    /// What is asked for, without the databases.
    func request() throws -> SetupRequest {
        var request = SetupRequest()
        request.linkHost = linkHost
        request.maxRunningJobs = maxRunningJobs
        request.others = others
        request.budget = try budget.map { text in
            if text == "auto" { return 0 }
            guard let number = Int(text), (1...10_000).contains(number) else {
                throw CronmillError(.usage, "--budget \(text): a number from 1 to 10000, or auto")
            }
            return number
        }
        request.quantum = try quantum.map { try Duration($0, of: "--quantum", atMost: .seconds(3600)) }
        if let quantum = request.quantum, quantum < .seconds(1) {
            throw CronmillError(.usage, "--quantum \(quantum.roundTripText): the shortest is 1s")
        }
        request.reserve = reserve
        if let queue {
            request.processor = try settings.request(processor: processor, queue: queue)
            request.processor?.query.results = queryResults
            request.processor?.query.resultType = resultType
            request.processor?.query.layout = resultLayout?.layout
            if var wanted = request.processor {
                try query.add(to: &wanted)
                request.processor = wanted
            }
            if enable { request.processor?.isEnabled = true }
        }
        return request
    }

    func run() async throws {
        let wanted = try request()
        let context = try await Context(connection, asked)
        try await context.deployment.whileSettingUp {
            // The script for a second database is run after that for the first, which has made the registry.
            var printed: Set<Plan.Step> = []
            try await context.forEachDatabase { database in
                let whole = try await context.deployment.planSetup(wanted, database: database)
                let plan = whole.subtracting(printed)
                if dryRun, plan.isEmpty, !whole.isEmpty {
                    context.say("\(database): nothing beyond what is printed above")
                    for remark in plan.remarks { context.say("\(database): note: \(remark)") }
                    return .done
                }
                if dryRun { printed.formUnion(plan.steps) }
                try await context.carryOut(plan, database: database, dryRun: dryRun)
                return .done
            }
        }
    }
}

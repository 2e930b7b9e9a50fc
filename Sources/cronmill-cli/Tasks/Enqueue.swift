internal import ArgumentParser
internal import Cronmill
internal import Postgres

struct Enqueue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put tasks into a queue: one, or a file of JSON lines, all or none.",
        discussion: """
            Examples:
              cronmill enqueue --database shop --queue emails --payload '{"to": 1}'
              cronmill enqueue --database shop --queue emails --file tasks.jsonl
              generate | cronmill enqueue --database shop --queue emails -
              cronmill enqueue --queue reports --payload 7 --unique-key customer-7
              cronmill enqueue --queue emails --envelope --file envelopes.jsonl
              cronmill enqueue --queue emails --payload 7 --tag customer:7 --tag invoice
              cronmill enqueue --queue reports --graph report.jsonl --name daily
            """
    )

    @Argument(help: ArgumentHelp("- reads JSON lines from standard input.", valueName: "-"))
    var input: String?
    @Option(help: ArgumentHelp("Queue.", valueName: "name"), completion: Completion.queues)
    var queue: String
    @Option(help: ArgumentHelp("One task's payload.", valueName: "json"))
    var payload: String?
    @Option(help: ArgumentHelp("File of JSON lines, a task each.", valueName: "file"), completion: .file())
    var file: String?
    @Option(help: ArgumentHelp("0 to 9, 9 first. Default: 0.", valueName: "n"))
    var priority: Int = 0
    @Option(help: ArgumentHelp("Not before this time, as PostgreSQL reads it.", valueName: "time"))
    var runAt: String?
    @Option(help: ArgumentHelp("While a task waits with this key, no other is enqueued with it.", valueName: "key"))
    var uniqueKey: String?
    @Option(help: ArgumentHelp("Tasks of a group are done one at a time, in order.", valueName: "key"))
    var groupKey: String?
    @Option(help: ArgumentHelp("Of the task, instead of the processor's.", valueName: "duration"))
    var timeout: String?
    @Option(help: ArgumentHelp("Of the task, instead of the processor's.", valueName: "n"))
    var maxAttempts: Int?
    @Option(help: ArgumentHelp("A word by which they are found; repeatable.", valueName: "tag"))
    var tag: [String] = []
    @Flag(
        help: """
            Each line is {"payload": ..., "priority": ...}, with settings of its own: priority, run_at, unique_key, group_key, \
            timeout, max_attempts, tags.
            """
    )
    var envelope = false
    @OptionGroup(title: "Tasks that wait for each other") var graph: GraphArguments
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    private static let payloadRule = #"A payload is one JSON value: {"to": 1}, [1, 2], 7, "text", true or null."#

    func validate() throws {
        if let input, input != "-" { throw ValidationError("Name a file with --file; - is standard input.") }
        if [input, payload, file, graph.graph].count(where: { $0 != nil }) != 1 {
            throw ValidationError("Give one of --payload, --file, --graph and -.")
        }
        if graph.graph != nil,
            envelope || uniqueKey != nil || groupKey != nil || timeout != nil || maxAttempts != nil
                || runAt != nil || priority != 0 || !tag.isEmpty
        {
            throw ValidationError("Each task of a graph says for itself what its settings are.")
        }
        if !(0...9).contains(priority) { throw ValidationError("--priority is a number from 0 to 9.") }
        if let maxAttempts, !(1...10_000).contains(maxAttempts) {
            throw ValidationError("--max-attempts is a number from 1 to 10000.")
        }
        if let fault = TagFault.of(tag, flag: "--tag") { throw ValidationError(fault) }
        for (flag, key) in [("--unique-key", uniqueKey), ("--group-key", groupKey)] {
            if let key, !(1...1000).contains(key.utf8.count) { throw ValidationError("\(flag) has 1 to 1000 bytes.") }
        }
        if asked.all || asked.database.count > 1 {
            throw ValidationError("Tasks go into one database: --database NAME.")
        }
    }

    func run() async throws {
        if graph.graph != nil {
            return try await graph.enqueue(into: ObjectName(queue, of: "queue").text, connection, asked)
        }
        var options = EnqueueOptions()
        options.priority = priority
        options.runAt = runAt
        options.uniqueKey = uniqueKey
        options.groupKey = groupKey
        options.timeout = try timeout.map { try Duration($0, of: "--timeout") }
        if options.timeout == .zero { throw CronmillError(.usage, "--timeout 0: no task could be done in no time") }
        options.maxAttempts = maxAttempts
        options.tags = tag
        options.hasEnvelopes = envelope
        let name = try ObjectName(queue, of: "queue")
        let choice = options
        let enqueue: (Deployment, String) async throws -> EnqueueResult
        if let payload {
            guard payload.contains(where: { !$0.isWhitespace }) else {
                throw CronmillError(.usage, "--payload is empty", hint: Self.payloadRule)
            }
            // A payload may be written over several lines; blanks mean the same in JSON.
            let line = String(decoding: payload.utf8.map { $0 == 0x0a || $0 == 0x0d ? 0x20 : $0 }, as: UTF8.self)
            enqueue = { deployment, database in
                try await deployment.enqueue(into: name.text, database: database, options: choice, text: line)
            }
        } else {
            let input = try InputFile(path: file)
            enqueue = { deployment, database in
                try await deployment.enqueue(
                    into: name.text,
                    database: database,
                    options: choice,
                    lines: input.read
                )
            }
        }
        let context = try await Context(connection, asked)
        try await context.forEachDatabase { database in
            let result: EnqueueResult
            do {
                result = try await enqueue(context.deployment, database)
            } catch let error as PostgresError where runAt != nil && error.sqlState?.isTimeSyntax == true {
                throw CronmillError.noTime("--run-at", error)
            } catch let error as InvalidLine where payload != nil && !envelope && error.isJSON {
                throw CronmillError(.failed, "--payload: \(error.reason)", detail: error.detail, hint: error.hint)
            } catch let error as InvalidLine where payload != nil && !error.isJSON {
                throw CronmillError(.failed, "--payload is not JSON", detail: error.reason, hint: Self.payloadRule)
            }
            let total = result.enqueued
            context.say(
                "\(database): \(total.grouped) \(total == 1 ? "task" : "tasks") enqueued into \(queue)"
                    + (result.waitedAlready == 0 ? "" : ", \(result.waitedAlready.grouped) waited already")
            )
            return .done
        }
    }
}

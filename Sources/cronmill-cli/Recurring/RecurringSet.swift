internal import ArgumentParser
internal import Cronmill
internal import Postgres

struct RecurringSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Make a recurring template, or change it to what is said here.",
        discussion: """
            What is not said has its default, also of one that is there; it stays enabled
            or disabled. An equal one changes nothing. A change counts from now on. Each
            task's payload is given its tick as _tick.

            Examples:
              cronmill recurring set nightly --database shop --queue reports \\
                --schedule '0 3 * * *' --zone Europe/Berlin --payload '{"of": "sales"}'
              cronmill recurring set poll --queue feeds --schedule '*/5 * * * *' \\
                --payload '{}' --overlap skip --catch-up skip
              cronmill recurring set close --queue books --schedule '0 0 $ * *' \\
                --template envelope.json --catch-up all --catch-up-within 40d
              cronmill recurring set load --queue etl --schedule '0 2 * * *' \\
                --graph load.jsonl --overlap skip
            """
    )

    @OptionGroup var named: RecurringArguments
    @Option(help: ArgumentHelp("Queue its tasks go into.", valueName: "name"), completion: Completion.queues)
    var queue: String
    @Option(help: ArgumentHelp("Five cron fields; $ is the last day of a month.", valueName: "cron"))
    var schedule: String
    @Option(help: ArgumentHelp("Time zone of the schedule. Default: UTC.", valueName: "name"))
    var zone = "UTC"
    @Option(help: ArgumentHelp("The tasks' payload, an object.", valueName: "json"))
    var payload: String?
    @Option(
        help: ArgumentHelp(
            "File with the tasks' envelope: {\"payload\": {}, \"priority\": 5}; - is standard input.",
            valueName: "file"
        ),
        completion: .file()
    )
    var template: String?
    @Option(
        help: ArgumentHelp(
            "File with a graph, as enqueue --graph has it; - is standard input.",
            valueName: "file"
        ),
        completion: .file()
    )
    var graph: String?
    @Option(
        help: ArgumentHelp(
            "Of ticks that could not be fired in time: skip, one or all. Default: one.",
            valueName: "which"
        ),
        completion: .list(RecurringTemplate.CatchUp.allCases.map(\.rawValue))
    )
    var catchUp = "one"
    @Option(help: ArgumentHelp("Of those of the last so long. Default: 1d.", valueName: "duration"))
    var catchUpWithin = "1d"
    @Option(
        help: ArgumentHelp(
            "allow, or skip: no new task while one is not done yet. Default: allow.",
            valueName: "which"
        ),
        completion: .list(RecurringTemplate.Overlap.allCases.map(\.rawValue))
    )
    var overlap = "allow"
    @Flag(help: "It does not fire until it is enabled.")
    var disabled = false
    @OptionGroup(title: "Databases") var asked: DatabaseOptions
    @Flag(help: "Print the psql script that would run.")
    var dryRun = false
    @Flag(help: "As JSON.")
    var json = false
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
        if [payload, template, graph].compactMap({ $0 }).count != 1 {
            throw ValidationError("Give one of --payload, --template and --graph.")
        }
        if RecurringTemplate.CatchUp(rawValue: catchUp) == nil {
            throw ValidationError("--catch-up is skip, one or all, not \"\(catchUp)\".")
        }
        if RecurringTemplate.Overlap(rawValue: overlap) == nil {
            throw ValidationError("--overlap is allow or skip, not \"\(overlap)\".")
        }
    }

    func run() async throws {
        let request = try request()
        let context = try await Context(connection, asked)
        if json, !dryRun {
            return try await context.writeArray { database in
                let change = try await reading { try await context.deployment.setRecurring(request, in: database) }
                return .object([
                    .init(name: "database", value: .string(database)),
                    .init(name: "name", value: .string(request.name.text)),
                    .init(name: "result", value: .string(change.rawValue)),
                ])
            }
        }
        try await context.forEachDatabase { database in
            if dryRun {
                let plan = try await reading { try await context.deployment.planRecurring(request, in: database) }
                try await context.carryOut(plan, database: database, dryRun: true)
                return .done
            }
            let change = try await reading { try await context.deployment.setRecurring(request, in: database) }
            context.say(
                "\(database): "
                    + (change == .unchanged
                        ? "nothing to change" : "recurring template \(request.name) \(change.rawValue)")
            )
            return .done
        }
    }

    /// Names the option of what the server cannot read as JSON.
    private func reading<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as PostgresError where error.sqlState == "22P02" {
            let (option, hint) =
                if payload != nil {
                    ("--payload", #"It is one object: {"of": "sales"}."#)
                } else if graph != nil {
                    ("--graph", #"It has an object a line: {"ref": "a", "payload": {}}."#)
                } else {
                    ("--template", #"It is an envelope: {"payload": {"of": "sales"}}."#)
                }
            throw CronmillError(.failed, "\(option) is not JSON", detail: error.detail, hint: hint)
        }
    }

    /// What is said, as far as it can be read without a server.
    private func request() throws -> RecurringRequest {
        let text: RecurringRequest.Template
        if let payload {
            text = .payload(payload)
        } else if let graph {
            text = .graph(try InputFile(path: graph == "-" ? nil : graph).text("the graph"))
        } else {
            text = .envelope(try InputFile(path: template == "-" ? nil : template).text("the template"))
        }
        var request = try RecurringRequest(
            name: ObjectName(named.name, of: "recurring template"),
            queue: ObjectName(queue, of: "queue"),
            schedule: Self.schedule(schedule),
            template: text
        )
        guard !zone.isEmpty else { throw CronmillError(.usage, "--zone is empty", hint: "Such as Europe/Berlin.") }
        request.zone = zone
        request.catchUp = RecurringTemplate.CatchUp(rawValue: catchUp) ?? .one
        request.catchUpWithin = try Duration(catchUpWithin, of: "--catch-up-within", atMost: .seconds(366 * 86_400))
        if request.catchUpWithin == .zero {
            throw CronmillError(.usage, "--catch-up-within 0: for nothing, say --catch-up skip")
        }
        request.overlap = RecurringTemplate.Overlap(rawValue: overlap) ?? .allow
        request.isEnabled = disabled ? false : nil
        return request
    }

    private static func schedule(_ text: String) throws -> Schedule {
        let schedule: Schedule
        do {
            schedule = try Schedule(text)
        } catch {
            // What is offered elsewhere is no schedule here.
            let hint = error.hint.map { $0.contains("seconds") ? "Use five cron fields, such as */5 * * * *." : $0 }
            throw CronmillError(.usage, "--schedule: \(error.message)", detail: error.detail, hint: hint)
        }
        guard !schedule.usesSeconds else {
            throw CronmillError(
                .usage,
                "--schedule: schedule \"\(text)\" is one in seconds",
                detail: "The ticks of a recurring template are a minute apart or more.",
                hint: "Use five cron fields, such as * * * * *."
            )
        }
        return schedule
    }
}

internal import ArgumentParser
internal import Cronmill

/// Settings of a processor, as `setup` and `configure` take them.
struct ProcessorOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Function that does a task, schema-qualified.", valueName: "schema.function"))
    var handler: String?
    @Option(help: ArgumentHelp("Parallel jobs. Default: 1.", valueName: "n"))
    var slots: Int?
    @Option(help: ArgumentHelp("When pg_cron starts its jobs. Default: '* * * * *'.", valueName: "cron"))
    var schedule: String?
    @Option(help: ArgumentHelp("The same as an interval: 30s (pg_cron 1.5), 1m, 5m, 1h, 1d.", valueName: "interval"))
    var every: String?
    @Option(help: ArgumentHelp("A task that takes longer is stopped. Default: 30m.", valueName: "duration"))
    var timeout: String?
    @Option(help: ArgumentHelp("Failed attempts after which a task is dead. Default: 5.", valueName: "n"))
    var maxAttempts: Int?
    @Option(help: ArgumentHelp("Delay before the second attempt, then doubled. Default: 5s.", valueName: "duration"))
    var backoffBase: String?
    @Option(help: ArgumentHelp("Longest delay between two, give or take a fifth. Default: 1h.", valueName: "duration"))
    var backoffCap: String?
    @Option(help: ArgumentHelp("How often a run looks into an empty queue. Default: 20ms.", valueName: "duration"))
    var pollInterval: String?
    @Option(help: ArgumentHelp("A transaction for each task: on, off. Default: off.", valueName: "on|off"))
    var alone: Alone?
    @Option(help: ArgumentHelp("search_path of the handler. Default: 'public, pg_temp'.", valueName: "schemas"))
    var searchPath: String?
    @Option(help: ArgumentHelp("Keep finished tasks that long. Default: 0, not at all.", valueName: "duration"))
    var keepDone: String?
    @Option(help: ArgumentHelp("Delete dead tasks after that long. Default: 0, never.", valueName: "duration"))
    var keepDead: String?
    @Option(help: ArgumentHelp("Keep failed attempts that long. Default: 0, not at all.", valueName: "duration"))
    var keepAttempts: String?
    @Option(
        help: ArgumentHelp(
            "Give the place in pg_cron back after that long without a task; a task brings it back. Default: never.",
            valueName: "duration|never"
        )
    )
    var sleepAfter: String?
    @Option(help: ArgumentHelp("Length of a run: tick, a duration, or 0. Default: tick.", valueName: "duration"))
    var linger: String?
    @Option(help: ArgumentHelp("Role the handler runs as. Default: the connecting one.", valueName: "role"))
    var runAs: String?

    func validate() throws {
        if schedule != nil, every != nil { throw ValidationError("--schedule and --every exclude each other.") }
        if let slots, !(1...1000).contains(slots) { throw ValidationError("--slots is a number from 1 to 1000.") }
        if let maxAttempts, !(1...10_000).contains(maxAttempts) {
            throw ValidationError("--max-attempts is a number from 1 to 10000.")
        }
    }

    /// Whether any of them was given.
    var isEmpty: Bool {
        handler == nil && slots == nil && schedule == nil && every == nil && timeout == nil && maxAttempts == nil
            && linger == nil && runAs == nil && backoffBase == nil && backoffCap == nil && pollInterval == nil
            && alone == nil && searchPath == nil && keepDone == nil && keepDead == nil
            && keepAttempts == nil && sleepAfter == nil
    }

    /// The request they make.
    func request(processor: String?, queue: String?) throws -> ProcessorRequest {
        var request = ProcessorRequest()
        request.processor = try processor.map { try ObjectName($0, of: "processor") }
        request.queue = try queue.map { try ObjectName($0, of: "queue") }
        request.handler = handler
        request.slots = slots
        request.maxAttempts = maxAttempts
        request.runAs = try runAs.map { try ObjectName($0, of: "role").text }
        request.schedule = try schedule.map { try read("--schedule", $0) { try Schedule($0) } }
        if let every {
            request.schedule = try read("--every", every) { try Schedule(every: Duration(userText: $0)) }
        }
        request.timeout = try timeout.map { try Duration($0, of: "--timeout", atMost: .longestTimeout) }
        if request.timeout == .zero { throw CronmillError(.usage, "--timeout 0: no task could be done in no time") }
        request.linger = try linger.map { try read("--linger", $0) { try Linger(userText: $0) } }
        if case .duration(let length) = request.linger, length > .longestRun {
            throw CronmillError(
                .usage,
                "--linger \(length.roundTripText): the longest is \(Duration.longestRun.roundTripText)"
            )
        }
        request.backoffBase = try backoffBase.map { try Duration($0, of: "--backoff-base", atMost: .longestBackoff) }
        request.backoffCap = try backoffCap.map { try Duration($0, of: "--backoff-cap", atMost: .longestBackoff) }
        request.pollInterval = try pollInterval.map { try Duration($0, of: "--poll-interval", atMost: .seconds(60)) }
        if let interval = request.pollInterval, interval < .milliseconds(1) {
            throw CronmillError(.usage, "--poll-interval \(interval.roundTripText): the shortest is 1ms")
        }
        request.isAlone = alone.map { $0 == .on }
        request.searchPath = try searchPath.map { try SearchPath(userText: $0) }
        request.keepDone = try keepDone.map { try Duration($0, of: "--keep-done", atMost: .longestAge) }
        request.keepDead = try keepDead.map { try Duration($0, of: "--keep-dead", atMost: .longestAge) }
        request.keepAttempts = try keepAttempts.map { try Duration($0, of: "--keep-attempts", atMost: .longestAge) }
        request.sleepAfter = try sleepAfter.map { text in
            guard text != "never" else { return .zero }
            let time = try Duration(text, of: "--sleep-after", atMost: .seconds(86_400))
            guard time >= .seconds(1) else {
                throw CronmillError(
                    .usage,
                    "--sleep-after \(text): the shortest is 1s",
                    detail: "Each time it falls asleep and is woken costs about a tenth of a second of processor time.",
                    hint: "A processor that keeps its place has: --sleep-after never."
                )
            }
            return time
        }
        return request
    }

    enum Alone: String, CaseIterable, ExpressibleByArgument {
        case on
        case off
    }

    private func read<Value>(_ flag: String, _ text: String, _ parse: (String) throws -> Value) throws -> Value {
        do {
            return try parse(text)
        } catch let error as ScheduleError {
            throw CronmillError(.usage, "\(flag): \(error.message)", detail: error.detail, hint: error.hint)
        } catch let error as DurationError {
            throw CronmillError(.usage, "\(flag): \(error.message)", hint: error.hint)
        }
    }
}

extension Duration {
    /// A month: what is at work for longer is no task.
    static let longestTimeout = Duration.seconds(30 * 86_400)
    /// A week: settings that are read at its start, such as the handler's `search_path`, hold for a whole run.
    static let longestRun = Duration.seconds(7 * 86_400)
    /// A year: what waits longer for its next attempt is better dead.
    static let longestBackoff = Duration.seconds(365 * 86_400)
    /// A hundred years, so that a time that far back is one PostgreSQL knows.
    static let longestAge = Duration.seconds(36_500 * 86_400)

    /// Reads the value of a flag that has a limit.
    ///
    /// - Throws: `CronmillError` for wrong usage, with the flag's name.
    init(_ text: String, of flag: String, atMost limit: Duration) throws(CronmillError) {
        try self.init(text, of: flag)
        if self > limit {
            throw CronmillError(.usage, "\(flag) \(text): the longest is \(limit.roundTripText)")
        }
    }

    /// Reads the value of a flag.
    ///
    /// - Throws: `CronmillError` for wrong usage, with the flag's name.
    init(_ text: String, of flag: String) throws(CronmillError) {
        do {
            self = try Duration(userText: text)
        } catch {
            throw CronmillError(.usage, "\(flag): \(error.message)", hint: error.hint)
        }
    }
}

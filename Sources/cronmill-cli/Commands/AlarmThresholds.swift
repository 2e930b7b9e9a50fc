internal import ArgumentParser
internal import Cronmill

struct AlarmThresholds: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "thresholds",
        abstract: "Show or set from when on something is an alarm.",
        discussion: """
            behind    time a ready task waits longer than the schedule means
            failing   percentage of attempts that failed, of the last 15 minutes
            dead      number of dead tasks
            overdue   time for which no run has started though one was due
            silent    time for which a database has told nothing of its processors
            history   rows in pg_cron's history
            replica   time by which a standby lags behind

            A value is a number, a duration, off, or default: what holds for all.

            Examples:
              cronmill alarms thresholds
              cronmill alarms thresholds --set behind=30m --set failing=off
              cronmill alarms thresholds --set dead=100 \\
                --database shop --processor emails
            """
    )

    @Option(help: ArgumentHelp("Set one; repeatable.", valueName: "name=value"))
    var set: [String] = []
    @Option(
        help: ArgumentHelp("For this work database only.", valueName: "name"),
        completion: Completion.databases
    )
    var database: String?
    @Option(
        help: ArgumentHelp("For this processor of it only.", valueName: "name"),
        completion: Completion.processors
    )
    var processor: String?
    @Flag(help: "As JSON.")
    var json = false
    @Flag(help: "Print the psql script that would run.")
    var dryRun = false
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
        if processor != nil, database == nil { throw ValidationError("--processor needs its --database.") }
        if set.isEmpty, database != nil || dryRun { throw ValidationError("Nothing is set: --set name=value.") }
    }

    func run() async throws {
        let values = try Threshold.read(set, of: Threshold.ofAlarms, named: \.rawValue)
        for threshold in values.keys where database != nil && [.history, .replica].contains(threshold) {
            throw CronmillError(.usage, "--set \(threshold.rawValue): it is about the server, not about a database")
        }
        if values.keys.contains(.silent), processor != nil {
            throw CronmillError(.usage, "--set silent: it is about a database, not about a processor")
        }
        let deployment = try Context.deployment(connection.resolved(), connection)
        if !values.isEmpty {
            let plan = try await deployment.planThresholds(values, database: database, processor: processor)
            let context = Context(deployment: deployment, databases: [], options: connection)
            return try await context.carryOut(plan, database: deployment.cronDatabase, dryRun: dryRun)
        }
        let sets = try await deployment.thresholds()
        if json {
            try connection.output.write(JSON.array(sets.map { $0.json(of: Threshold.ofAlarms) }).prettyText)
        } else {
            try connection.output.write(Table(sets, of: Threshold.ofAlarms, named: \.rawValue))
        }
    }
}

extension Threshold {
    /// Reads `behind=30m`, `failing=off`, `dead=default`.
    ///
    /// - Throws: `CronmillError` of kind `usage` for anything else.
    static func read(
        _ texts: [String],
        of known: [Threshold],
        named name: (Threshold) -> String
    ) throws -> [Threshold: ThresholdValue?] {
        var values: [Threshold: ThresholdValue?] = [:]
        for text in texts {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, let threshold = known.first(where: { name($0) == parts[0] }) else {
                throw CronmillError(
                    .usage,
                    "--set \(text) is not understood",
                    hint: "Use name=value; the names are \(known.map(name).joined(separator: ", "))."
                )
            }
            guard !values.keys.contains(threshold) else {
                throw CronmillError(.usage, "--set \(parts[0]) is given twice")
            }
            values[threshold] = .some(try threshold.value(parts[1], name: parts[0]))
        }
        return values
    }

    private func value(_ text: String, name: String) throws -> ThresholdValue? {
        if text == "default" { return nil }
        if text == "off" { return .off }
        if isDuration {
            let duration = try Duration(text, of: "--set \(name)", atMost: .seconds(36_500 * 86_400))
            return duration == .zero ? .off : .duration(duration)
        }
        let digits = self == .failing && text.hasSuffix("%") ? text.dropLast() : text[...]
        let highest = self == .failing ? 100 : Int.max
        guard let count = Int(digits), (0...highest).contains(count) else {
            throw CronmillError(
                .usage,
                "--set \(name)=\(text): it is a \(self == .failing ? "percentage" : "number"), off, or default"
            )
        }
        return count == 0 ? .off : .count(count)
    }
}

extension Table {
    /// Thresholds, for people: a row per place where some are set.
    init(_ sets: [ThresholdSet], of shown: [Threshold], named name: (Threshold) -> String) {
        self.init(
            columns: [Column("database"), Column("processor")] + shown.map { Column(name($0), alignment: .right) }
        )
        for set in sets where set.database == nil || shown.contains(where: { set.values[$0] != nil }) {
            append(
                [Cell(set.database ?? "all"), Cell(set.processor ?? "all")]
                    + shown.map { threshold in
                        guard let value = set.values[threshold] else { return "" }
                        return Cell(value.text + (threshold == .failing && value != .off ? "%" : ""))
                    }
            )
        }
    }
}

extension ThresholdSet {
    /// Seconds or numbers; 0 is off, null is what holds for all.
    func json(of shown: [Threshold]) -> JSON {
        .object(
            [
                JSON.Member(name: "database", value: JSON(database)),
                JSON.Member(name: "processor", value: JSON(processor)),
            ]
                + shown.map { JSON.Member(name: $0.rawValue, value: values[$0].map(\.json) ?? .null) }
        )
    }
}

extension ThresholdValue {
    fileprivate var json: JSON {
        switch self {
        case .duration(let duration): .number(duration.inSeconds)
        case .count(let count): .integer(Int64(count))
        case .off: .integer(0)
        }
    }
}

internal import Postgres

extension Deployment {
    /// The thresholds as they are set: those that hold for all first, then those of databases and processors that differ.
    ///
    /// - Throws: `CronmillError` if nothing is installed; `PostgresError` for a role that may not read them.
    public func thresholds() async throws -> [ThresholdSet] {
        try await inRegistry(for: .monitor, of: nil) { session in
            try session.query(
                """
                select v.database_name, v.processor, v.behind, v.failing, v.dead, v.overdue, v.silent, v.history, v.replica,
                    v.history_age, v.history_runs
                from cronmill_cron.visible_thresholds() as v
                """
            ).map { row in
                var set = try ThresholdSet(
                    database: row.get("database_name"),
                    processor: row.get("processor"),
                    values: [:]
                )
                for threshold in Threshold.allCases {
                    guard let number = try row.get(threshold.rawValue, as: Double?.self) else { continue }
                    set.values[threshold] =
                        number == 0
                        ? .off : threshold.isDuration ? .duration(.seconds(number)) : .count(Int(number))
                }
                return set
            }
        }
    }

    /// Plans to set thresholds.
    ///
    /// - Parameters:
    ///   - values: what to set; nil lets the wider one hold again, and for all the default.
    ///   - database: for this work database only.
    ///   - processor: for this processor of it only.
    /// - Throws: `CronmillError` if nothing is installed, or for a database or processor that is not there; `PostgresError`.
    public func planThresholds(
        _ values: [Threshold: ThresholdValue?],
        database: String? = nil,
        processor: String? = nil
    ) async throws -> Plan {
        let sets = try await thresholds()
        if let database {
            let known = try await registeredDatabases()
            guard known.contains(database) else { throw CronmillError.notSetUp(database, known: known) }
            if let processor {
                let names = try await processorNames(in: database)
                guard names.contains(processor) else {
                    throw CronmillError.unknownProcessor(processor, in: [database], known: names)
                }
            }
        }
        let present = sets.first { $0.database == database && $0.processor == processor }?.values ?? [:]
        var plan = Plan()
        for (threshold, value) in values.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            let value = value ?? (database == nil ? threshold.standard : nil)
            guard present[threshold] != value else { continue }
            let whose = database.map { " of \($0)\(processor.map { "/\($0)" } ?? "")" } ?? ""
            plan.add(
                "set threshold \(threshold.rawValue)\(whose) to \(value?.text ?? "what holds for all")",
                in: cronDatabase,
                """
                select cronmill_cron.set_threshold(
                    \(sql: database.literal), \(sql: processor.literal), \(literal: threshold.rawValue), \(sql: (value?.sqlText).literal))
                """
            )
        }
        return plan
    }
}

extension Threshold {
    /// What holds where nothing was set, as in `sql/cron/tables/threshold.sql`.
    var standard: ThresholdValue {
        switch self {
        case .behind: .duration(.seconds(600))
        case .failing: .count(50)
        case .dead: .count(1)
        case .overdue, .silent, .replica: .duration(.seconds(300))
        case .history: .count(1_000_000)
        case .historyAge: .duration(.seconds(7 * 86_400))
        case .historyRuns: .off
        }
    }
}

extension ThresholdValue {
    /// As a user types it.
    public var text: String {
        switch self {
        case .duration(let duration): duration.roundTripText
        case .count(let count): String(count)
        case .off: "off"
        }
    }

    fileprivate var sqlText: String {
        switch self {
        case .duration(let duration): duration.intervalText
        case .count(let count): String(count)
        case .off: "0"
        }
    }
}

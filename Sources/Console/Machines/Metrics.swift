internal import Cronmill
internal import FoundationEssentials

/// The snapshot in Prometheus' text format, version 0.0.4. A scrape asks no database.
struct Metrics {
    let snapshot: Snapshot
    private let now: ContinuousClock.Instant
    /// Databases whose processors are left out.
    private let dropped: Set<String>
    private(set) var families: [Family] = []

    /// Of processors there are no more series than this: a Prometheus is soon full of them.
    static let mostSeries = 50_000
    /// Series of a processor that its database says, and those of its totals.
    private static let (seriesOfState, seriesOfTotals) = (Verdict.allCases.count + 10, 5)

    init(_ snapshot: Snapshot, at now: ContinuousClock.Instant) {
        self.snapshot = snapshot
        self.now = now
        dropped = Self.dropped(of: snapshot)
        addServer()
        addDatabases()
        addMachine()
        add(
            "series_dropped",
            "Whether series of the database's processors are left out, since with them there would be too many.",
            snapshot.report.databases.map { Sample([("database", $0.database)], dropped.contains($0.database)) }
        )
        addProcessors(snapshot.processors.filter { tells($0.database) })
        addTotals()
        addHistograms()
    }

    /// Whether the database's processors are told of.
    func tells(_ database: String) -> Bool { !dropped.contains(database) }

    /// Databases with the most to tell, as many as it takes: who invents processors has his own left out, and no others.
    private static func dropped(of snapshot: Snapshot) -> Set<String> {
        var counts: [String: Int] = [:]
        for status in snapshot.processors { counts[status.database, default: 0] += seriesOfState }
        for totals in snapshot.totals { counts[totals.database, default: 0] += seriesOfTotals }
        for (database, times) in snapshot.times ?? [:] {
            counts[database, default: 0] += times.count * seriesOfHistograms
        }
        var (sum, dropped) = (0, Set<String>())
        for (database, count) in counts.sorted(by: { ($0.value, $0.key) < ($1.value, $1.key) }) {
            if sum + count <= mostSeries { sum += count } else { dropped.insert(database) }
        }
        return dropped
    }

    /// The whole answer, each family with its help and type.
    var text: String { families.filter { !$0.samples.isEmpty }.map { $0.text(in: .text) }.joined() }

    /// The same in OpenMetrics 1.0, in which a counter's family has its name without `_total`.
    var openMetrics: String {
        families.filter { !$0.samples.isEmpty }.map { $0.text(in: .openMetrics) }.joined() + "# EOF\n"
    }

    enum Format {
        case text, openMetrics
    }

    mutating func add(_ name: String, _ help: String, _ samples: [Sample], type: Kind = .gauge) {
        families.append(Family(name: "cronmill_" + name, help: help, samples: samples, type: type))
    }

    private mutating func addServer() {
        let report = snapshot.report
        let hasCron = snapshot.cronAnsweredAt != nil && report.cronError == nil
        add(
            "build_info",
            "The version of the program that answers.",
            [Sample([("version", Deployment.programVersion)], true)]
        )
        add("cron_up", "Whether the cron database answered when it was asked last.", [Sample([], hasCron)])
        add(
            "scheduler_up",
            "Whether nothing is seen that keeps pg_cron from starting jobs.",
            report.scheduler.map { [Sample([], $0.obstacle == nil)] } ?? []
        )
        add(
            "last_look_timestamp_seconds",
            "When the databases were looked at last, by the console's clock.",
            snapshot.triedAt == nil ? [] : [Sample([], snapshot.takenAt.timeIntervalSince1970)]
        )
        add(
            "look_duration_seconds",
            "How long that took.",
            snapshot.triedAt == nil ? [] : [Sample([], snapshot.took.inSeconds)]
        )
        add(
            "jobs_needed",
            "Jobs that pg_cron may have to run at once.",
            report.capacity.map { [Sample([], $0.needed)] } ?? []
        )
        add(
            "jobs_limit",
            "Jobs that pg_cron can run at once.",
            report.capacity?.maxRunningJobs.map { [Sample([], $0)] } ?? []
        )
        let groups = Dictionary(grouping: snapshot.alarms ?? []) { alarm in
            [alarm.kind, alarm.acknowledgedAt == nil ? "false" : "true"]
        }
        add(
            "alarms",
            "Alarms that are raised.",
            groups.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { key, alarms in
                Sample([("kind", key[0]), ("acknowledged", key[1])], alarms.count)
            }
        )
    }

    private mutating func addDatabases() {
        let databases = snapshot.report.databases
        add(
            "database_up",
            "Whether the database answered when it was asked last.",
            databases.map { result in
                let isUp = if case .success = result.outcome { true } else { false }
                return Sample([("database", result.database)], isUp)
            }
        )
        add(
            "database_look_age_seconds",
            "How long ago that was.",
            databases.compactMap { result in
                snapshot.askedAt[result.database].map { Sample([("database", result.database)], (now - $0).inSeconds) }
            }
        )
    }

    private mutating func addProcessors(_ processors: [ProcessorStatus]) {
        func each(_ value: (ProcessorStatus) -> Double?) -> [Sample] {
            processors.compactMap { status in value(status).map { Sample(status.labels, $0) } }
        }
        func each(_ label: String, _ values: (ProcessorStatus) -> [(String, Int)]) -> [Sample] {
            processors.flatMap { status in values(status).map { Sample(status.labels + [(label, $0.0)], $0.1) } }
        }
        add(
            "processor_verdict",
            "1 for the verdict of status on the processor, 0 for the others.",
            each("verdict") { status in
                Verdict.allCases.map { ($0.rawValue, status.verdict == $0 ? 1 : 0) }
            }
        )
        add(
            "tasks",
            "Tasks, counted up to 100001; those that are retrying are among the scheduled ones.",
            each("state") { status in
                [
                    ("ready", status.ready), ("scheduled", status.scheduled), ("retrying", status.retrying),
                    ("dead", status.dead),
                ]
            }
        )
        add(
            "oldest_ready_task_age_seconds",
            "Age of the oldest task whose time has come.",
            each { $0.oldestReady?.inSeconds }
        )
        add(
            "next_due_timestamp_seconds",
            "When pg_cron starts the processor next.",
            each { $0.nextDue.map(\.date.timeIntervalSince1970) }
        )
        add(
            "last_run_start_timestamp_seconds",
            "When its last run that is known began.",
            each { $0.lastRun?.startedAt?.timeIntervalSince1970 }
        )
        add(
            "slots",
            "Its slots: those it has, those whose run goes on, and those of them that wait for tasks.",
            each("state") { [("configured", $0.slots), ("running", $0.running), ("waiting", $0.waiting)] }
        )
    }

    /// Counters that the work databases keep, told once a minute: they do not begin anew when this program does.
    private mutating func addTotals() {
        let told = snapshot.totals.filter { tells($0.database) }
        func each(_ value: (ProcessorTotals) -> Int64) -> [Sample] {
            told.map { Sample($0.labels, Int(value($0))) }
        }
        add(
            "attempts_total",
            "Attempts at tasks since the processor was set up: done, to be tried again, dead.",
            told.flatMap { totals in
                [("done", totals.done), ("retried", totals.failed - totals.dead), ("dead", totals.dead)].map {
                    Sample(totals.labels + [("outcome", $0.0)], Int($0.1))
                }
            },
            type: .counter
        )
        add("runs_total", "Runs since the processor was set up.", each(\.runs), type: .counter)
        add(
            "run_failures_total",
            "Of them those that were killed, canceled or could not call the handler.",
            each(\.failedRuns),
            type: .counter
        )
    }
}

extension Metrics {
    /// A figure with its labels.
    struct Sample {
        let labels: [(String, String)]
        let value: String
        /// What a histogram's figure has behind the name: `_bucket`, `_sum` or `_count`.
        let suffix: String

        init(_ labels: [(String, String)], _ value: Double, suffix: String = "") {
            (self.labels, self.suffix) = (labels, suffix)
            self.value = value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Inf" : "+Inf") : "\(value)"
        }

        init(_ labels: [(String, String)], _ value: Int, suffix: String = "") {
            (self.labels, self.suffix) = (labels, suffix)
            self.value = String(value)
        }

        init(_ labels: [(String, String)], _ value: Bool) { self.init(labels, value ? 1 : 0) }

        func line(_ name: String) -> String {
            let pairs = labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
            return pairs.isEmpty ? "\(name)\(suffix) \(value)\n" : "\(name)\(suffix){\(pairs)} \(value)\n"
        }

        /// The three characters that are something else between quotes.
        private static func escaped(_ text: String) -> String {
            text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        }
    }

    /// What figures are, in Prometheus' words.
    enum Kind: String {
        case gauge, counter, histogram
    }

    /// All figures of a name.
    struct Family {
        /// Its whole name.
        let name: String
        let help: String
        let samples: [Sample]
        let type: Kind

        func text(in format: Format) -> String {
            let isCut = format == .openMetrics && type == .counter
            let family = isCut ? String(name.dropLast("_total".count)) : name
            return "# HELP \(family) \(help)\n# TYPE \(family) \(type.rawValue)\n"
                + samples.map { $0.line(name) }.joined()
        }
    }
}

extension ProcessorTotals {
    fileprivate var labels: [(String, String)] { [("database", database), ("processor", processor)] }
}

extension ProcessorStatus {
    fileprivate var labels: [(String, String)] { [("database", database), ("processor", processor)] }
}

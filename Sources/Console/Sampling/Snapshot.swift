internal import Cronmill
internal import FoundationEssentials
internal import Postgres

/// What was found out last, which all viewers are shown: nobody's request asks a database.
struct Snapshot: Sendable {
    /// What was seen of every database, put together.
    var report = StatusReport(databases: [], cronError: nil)
    /// When each database of the report was asked.
    var askedAt: [String: ContinuousClock.Instant] = [:]
    /// Since when databases have not answered, by this machine's clock.
    var downSince: [String: Date] = [:]
    /// Databases that have not been asked yet.
    var pending: [String] = []
    /// Alarms that are raised; nil if they could not be seen.
    var alarms: [Alarm]?
    /// What processors have done since they were set up, as they told the registry.
    var totals: [ProcessorTotals] = []
    /// How long tasks waited and took since processors were set up, by database; nil where nobody wants to know.
    var times: [String: [ProcessorTimes]]?
    /// The server of the cron database; nil where it could not be seen.
    var server: ServerState?
    /// Databases of the server, once a minute.
    var sizes: [DatabaseSize] = []
    /// How many standbys there have to be; nil where nobody has said.
    var expectedStandbys: Int?
    /// When the cron database answered last.
    var cronAnsweredAt: ContinuousClock.Instant?
    /// When somebody last tried to find all of this out; it may have failed.
    var triedAt: ContinuousClock.Instant?
    /// When this was put together, by this machine's clock.
    var takenAt = Date()
    /// How long that took.
    var took = Duration.zero

    /// How long ago the cron database is asked again.
    static let interval = Duration.seconds(5)

    /// What tells it from others, before and after.
    var version: String { String(Int64(takenAt.timeIntervalSince1970 * 1_000_000), radix: 36) }

    /// All processors, by database and name.
    var processors: [ProcessorStatus] {
        report.databases.flatMap { (try? $0.outcome.get()) ?? [] }
    }

    /// Databases that could not be asked, and why.
    var unreachable: [(database: String, error: any Error)] {
        report.databases.compactMap { result in
            if case .failure(let error) = result.outcome { (result.database, error) } else { nil }
        }
    }

    /// What status remarks on, and standbys that are missing.
    var remarks: [String] {
        guard let expectedStandbys, let standbys = server?.standbys, standbys.count < expectedStandbys else {
            return report.remarks
        }
        let verb = expectedStandbys == 1 ? "standby is" : "standbys are"
        return report.remarks + ["\(standbys.count) of \(expectedStandbys) \(verb) connected."]
    }

    /// Whether the server is a standby, on which nothing can be changed.
    var isStandby: Bool { report.scheduler?.isStandby == true }

    /// When the oldest of what is shown was seen.
    var oldest: ContinuousClock.Instant? { askedAt.values.min() ?? cronAnsweredAt }

    /// Age of the oldest of what is shown.
    func age(at now: ContinuousClock.Instant) -> Duration? { oldest.map { now - $0 } }

    /// Whether the sampler is at work, even if in vain. One look, at a server that does not answer, may take this long.
    func isTicking(at now: ContinuousClock.Instant) -> Bool {
        triedAt.map { now - $0 < .seconds(60) } ?? false
    }

    /// Whether the cron database has answered of late.
    func isReady(at now: ContinuousClock.Instant) -> Bool {
        cronAnsweredAt.map { now - $0 <= Self.interval * 3 } ?? false
    }
}

extension Snapshot {
    /// What of it a person may see.
    func seen(by viewer: Viewer) -> Snapshot {
        var seen = self
        if !viewer.readsStatistics {
            seen.server?.connections = nil
            seen.server?.standbys = nil
        }
        guard let databases = viewer.databases else { return seen }
        seen.report.databases.removeAll { !viewer.sees($0.database) }
        // They name databases.
        seen.report.databaseRemarks = []
        seen.askedAt = askedAt.filter { databases.contains($0.key) }
        seen.downSince = downSince.filter { databases.contains($0.key) }
        seen.pending.removeAll { !viewer.sees($0) }
        seen.alarms?.removeAll { alarm in alarm.database.map { !databases.contains($0) } ?? false }
        seen.totals.removeAll { !viewer.sees($0.database) }
        seen.times = times?.filter { databases.contains($0.key) }
        seen.sizes.removeAll { !viewer.sees($0.name) }
        return seen
    }

    /// Why something could not be asked, in words of this program: what a server or libpq says may name hosts and roles. What
    /// Cronmill's own functions say has a code of theirs.
    static func reason(_ error: any Error) -> String {
        switch error {
        case let error as PostgresError where error.sqlState == .queryCanceled:
            "did not answer within two seconds"
        case let error as PostgresError where error.kind == .client && error.sqlState == .programLimitExceeded:
            "gives more than is read of it"
        case let error as PostgresError where error.sqlState?.isClass("MC") == true: "says: \(error.message)"
        case let error as PostgresError where error.isRefusal: "is not read: \(error.message)"
        case let error as PostgresError:
            (refusal(error) ?? (error.kind == .connection ? "cannot be reached" : "answered with an error"))
                + (error.sqlState.map { " (SQLSTATE \($0))" } ?? "")
        case let error as CronmillError where error.kind == .failed:
            "is not set up, or the role may not look at it"
        default: "could not be asked"
        }
    }

    /// What a code says by itself.
    private static func refusal(_ error: PostgresError) -> String? {
        switch error.sqlState {
        case SQLState.objectNotInPrerequisiteState where error.kind == .connection: "takes no connections"
        case SQLState.invalidCatalogName where error.kind == .connection: "is not there"
        case SQLState.tooManyConnections: "has no connection left"
        case SQLState.cannotConnectNow: "is starting or stopping"
        default: nil
        }
    }
}

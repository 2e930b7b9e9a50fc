internal import Postgres

/// A run in pg_cron's history, with the processor it was of.
public struct Run: Sendable, Hashable {
    /// pg_cron's number of it.
    public var runid: Int64
    /// The job; it may be gone.
    public var jobid: Int64
    /// Work database; the cron database for a housekeeper.
    public var database: String
    /// Processor, or name of the housekeeper.
    public var processor: String
    /// Slot, from 1; 0 for a housekeeper.
    public var slot: Int
    /// Role it ran as.
    public var runAs: String
    /// Process that did it, if it came to that.
    public var pid: Int?
    /// `starting`, `running`, `succeeded`, `failed`; `stopped` if its job was deactivated while it ran.
    public var status: String
    /// pg_cron's message: the command tag, or the error.
    public var message: String?
    /// When it started, if pg_cron noted it.
    public var startedAt: ServerTime?
    /// How long it took, or has taken so far; nil if pg_cron did not note its end.
    public var duration: Duration?
}

/// Which runs.
public struct RunFilter: Sendable, Hashable {
    /// Work databases; nil is all, the housekeepers' runs included.
    public var databases: [String]?
    /// Processors; nil is all.
    public var processors: [String]?
    /// Only those that failed.
    public var onlyFailed = false
    /// As many at most, the newest.
    public var limit = 20

    /// The newest 20.
    public init() {}
}

extension Deployment {
    /// Runs of our jobs, newest first.
    ///
    /// - Throws: `CronmillError` if nothing is installed, or for a processor that never had a job; `PostgresError`.
    public func runs(_ filter: RunFilter = RunFilter()) async throws -> [Run] {
        try await with(connectCron()) { connection in
            try await connection.run { session in
                try CronState.inspect(session).checkInstalled()
                let database = filter.databases.flatMap { $0.count == 1 ? $0.first : nil }
                return try session.asking(.monitor, of: database) { try Self.runs(filter, session) }
            }
        }
    }

    private static func runs(_ filter: RunFilter, _ session: Session) throws -> [Run] {
        let runs = try session.query(
            """
            select h.runid, h.jobid, h.database_name, h.processor, h.slot, h.run_as, h.pid, h.status, h.message,
                h.seconds, \(sql: ServerTime.columns("h.started_at", as: "started_at"))
            from cronmill_cron.history(
                \(filter.limit), null, \(filter.databases), \(filter.processors), \(filter.onlyFailed)
            ) as h
            """
        ).map { row in
            try Run(
                runid: row.get("runid"),
                jobid: row.get("jobid"),
                database: row.get("database_name"),
                processor: row.get("processor"),
                slot: row.get("slot"),
                runAs: row.get("run_as"),
                pid: row.get("pid"),
                status: row.get("status"),
                message: row.get("message"),
                startedAt: row.time("started_at"),
                duration: row.get("seconds", as: Double?.self).map { .seconds($0) }
            )
        }
        if runs.isEmpty { try check(filter, session: session) }
        return runs
    }

    /// Where there is no run, they may not be visible, or a name may be wrong.
    private static func check(_ filter: RunFilter, session: Session) throws {
        let invisible = try session.query(
            """
            select d.name, session_user as me
            from unnest(\(filter.databases)::text[]) as d (name)
            where not cronmill_cron.sees_all()
                and d.name not in (select v.name from cronmill_cron.visible_databases() as v (name))
            """
        )
        if let row = invisible.first {
            let (database, role): (String, String) = try (row.get("name"), row.get("me"))
            throw CronmillError(
                .failed,
                "runs of database \"\(database)\" are not visible to role \"\(role)\"",
                hint: "Ask who did the set-up for: \(Part.monitor.grantCommand(role, database: database))",
                database: database
            )
        }
        guard let names = filter.processors else { return }
        let known: [String] = try session.query(
            """
            select v.processor from cronmill_cron.visible_processors(\(filter.databases)) as v (processor)
            """
        ).map { try $0.get("processor") }
        for name in names where !known.contains(name) {
            throw CronmillError.unknownProcessor(name, in: filter.databases ?? [], known: known)
        }
    }
}

internal import Postgres
internal import struct FoundationEssentials.Date

/// The state of all processors asked for, and what could not be seen.
public struct StatusReport: Sendable {
    /// A result per work database: its processors, or why it could not be asked.
    public var databases: [DatabaseResult<[ProcessorStatus]>]
    /// Why the cron database could not be asked, if so; then jobs and runs are unknown.
    public var cronError: (any Error)?
    /// Jobs pg_cron can run at once and that would be active.
    public var capacity: Capacity?
    /// Remarks: history switched off, capacity exceeded.
    public var remarks: [String] = []
}

/// What pg_cron can run at once, and what is active.
public struct Capacity: Sendable, Hashable {
    /// `cron.max_running_jobs`; nil if it cannot be read and was not given.
    public var maxRunningJobs: Int?
    /// Slots of enabled processors, all work databases together.
    public var slots: Int
    /// Cronmill's own jobs.
    public var housekeepers: Int
    /// Active jobs of others; nil if they cannot be seen and were not given.
    public var others: Int?
    /// All of them.
    public var needed: Int
    /// Whether pg_cron hangs when more jobs wait than it can run.
    public var hangsAbove: Bool
}

extension Capacity {
    /// As the registry counts it.
    init(_ session: Session) throws {
        let row = try session.one(
            """
            select c.max_running_jobs, c.slots, c.housekeepers, c.others, c.needed, c.hangs_above
            from cronmill_cron.capacity() as c
            """
        )
        try self.init(
            maxRunningJobs: row.get("max_running_jobs"),
            slots: row.get("slots"),
            housekeepers: row.get("housekeepers"),
            others: row.get("others"),
            needed: row.get("needed"),
            hangsAbove: row.get("hangs_above")
        )
    }
}

extension Deployment {
    /// What every processor of the databases is doing, at this moment.
    ///
    /// - Returns: a report even if some databases, or the cron database, cannot be reached.
    /// - Throws: `CancellationError` only.
    public func status(databases: [String], processors: [String] = []) async throws -> StatusReport {
        var known: [Key: CronSide] = [:]
        var visible: Set<String> = []
        var report = StatusReport(databases: [])
        do {
            let side = try await cronSide(databases)
            (known, report.capacity, report.remarks, visible) = (
                side.processors, side.capacity, side.remarks, side.visible
            )
        } catch {
            report.cronError = error
        }
        let (sides, seen) = (known, visible)
        let registryIsKnown = report.cronError == nil
        report.databases = await forEach(databases) { database in
            let rows = try await workSide(database, processors: processors)
            return rows.map { row in
                var row = row
                if registryIsKnown, seen.contains(database) {
                    row.drift = row.drift(from: sides[Key(database: row.database, processor: row.processor)])
                }
                row.take(sides[Key(database: row.database, processor: row.processor)], isKnown: seen.contains(database))
                return row
            }
        }
        return report
    }

    private struct Key: Hashable {
        let database: String
        let processor: String
    }

    /// What the cron database says.
    private struct CronReport {
        var processors: [Key: CronSide]
        var capacity: Capacity
        var remarks: [String]
        /// Those of the databases asked whose jobs and runs may be seen.
        var visible: Set<String>
    }

    private func cronSide(_ databases: [String]) async throws -> CronReport {
        try await with(connectCron()) { connection in
            try await connection.run { session in
                try CronState.inspect(session).checkInstalled()
                return try session.asking(.monitor, of: databases.count == 1 ? databases.first : nil) {
                    try Self.cronReport(databases, session)
                }
            }
        }
    }

    private static func cronReport(_ databases: [String], _ session: Session) throws -> CronReport {
        let rows = try session.query(
            """
            select
                j.database_name, j.processor, j.enabled, j.slots, j.schedule, j.run_as, j.jobs, j.active_jobs, j.last_status, j.last_message,
                extract(epoch from j.last_started_at)::double precision as last_started,
                extract(epoch from clock_timestamp() - j.last_started_at)::double precision as last_age,
                j.last_seconds, j.runs_last_hour, j.failures_last_hour
            from cronmill_cron.processor_jobs(\(databases)) as j
            """
        )
        var sides: [Key: CronSide] = [:]
        for row in rows {
            let key = try Key(database: row.get("database_name"), processor: row.get("processor"))
            sides[key] = try CronSide(row)
        }
        for row in try session.query(
            "select d.database_name, d.processor, d.difference from cronmill_cron.differences(\(databases)) as d"
        ) {
            let key = try Key(database: row.get("database_name"), processor: row.get("processor"))
            sides[key]?.differences.append(try row.get("difference"))
        }
        let capacity = try Capacity(session)
        var remarks = try Self.remarks(capacity, session: session)
        if sides.values.contains(where: { $0.lastRun?.message == "connection failed" }) {
            remarks.append(try Self.connectionRemark(session))
        }
        remarks += try Self.missingRoles(session)
        let visible = try Self.visible(databases, session)
        for database in databases where !visible.contains(database) {
            remarks.append(try Self.invisible(database, session))
        }
        return CronReport(processors: sides, capacity: capacity, remarks: remarks, visible: visible)
    }

    private static func remarks(_ capacity: Capacity, session: Session) throws -> [String] {
        var remarks: [String] = []
        if let limit = capacity.maxRunningJobs, capacity.needed > limit {
            remarks.append(
                "\(capacity.needed) jobs are active (\(capacity.slots) slots, \(capacity.housekeepers) housekeepers, "
                    + "\(capacity.others ?? 0) of others) and pg_cron can run \(limit) at once"
                    + (capacity.hangsAbove
                        ? ": it can hang for everybody. Disable some, or raise cron.max_running_jobs."
                        : ": some runs wait for others to end.")
            )
        }
        let history = try session.one(
            """
            select case when pg_has_role('pg_read_all_settings', 'usage')
                then current_setting('cron.log_run', true) end as log_run
            """
        )
        if try history.get("log_run", as: String?.self) == "off" {
            remarks.append("cron.log_run is off: pg_cron keeps no history, so runs are not visible.")
        }
        return remarks
    }

    /// Those of the databases whose jobs and runs who logged in may see; for who sees all, all of them.
    private static func visible(_ databases: [String], _ session: Session) throws -> Set<String> {
        Set(
            try session.query(
                """
                select d.name from unnest(\(databases)::text[]) as d (name)
                where cronmill_cron.sees_all() or d.name in (select v.name from cronmill_cron.visible_databases() as v (name))
                """
            ).map { try $0.get("name") }
        )
    }

    private static func invisible(_ database: String, _ session: Session) throws -> String {
        let role: String = try session.one("select session_user as me").get("me")
        return "jobs and runs of database \"\(database)\" are not visible to role \"\(role)\"; ask for: "
            + Part.monitor.grantCommand(role, database: database)
    }

    /// A job of a role that is gone stops pg_cron for everybody (PG_CRON T1); a rename cannot be prevented, only found.
    private static func missingRoles(_ session: Session) throws -> [String] {
        try session.query(
            """
            select j.jobid, j.role_name from cronmill_cron.jobs_without_role() as j
            """
        ).map { row in
            let (jobid, role): (Int64, String) = try (row.get("jobid"), row.get("role_name"))
            return
                "job \(jobid) belongs to role \"\(role)\", which does not exist: pg_cron runs no job of anybody until "
                + "the role is back or the job is gone (select cron.unschedule(\(jobid)))."
        }
    }

    /// pg_cron says "connection failed" and no more; the reason is in the server's log only.
    private static func connectionRemark(_ session: Session) throws -> String {
        let row = try session.one(
            """
            select case when pg_has_role('pg_read_all_settings', 'usage')
                then current_setting('cron.host', true) end as host
            """
        )
        let host = try row.get("host", as: String?.self).map { "\"\($0)\"" } ?? "cron.host"
        return "pg_cron could not log in to run a job (the server's log says why). It connects to \(host) as the job's "
            + "role, so pg_hba.conf must let that role in from there without a password, or the password file of the "
            + "server's own user must have it."
    }

    private func workSide(_ database: String, processors: [String]) async throws -> [ProcessorStatus] {
        try await with(connectWork(database)) { connection in
            try await connection.run { session in
                guard try WorkState.inspect(session).isInstalled else { throw CronmillError.notSetUp(database) }
                let rows = try session.asking(.monitor, of: database) {
                    try session.query(
                        """
                        select s.name, s.queue, s.run_as, s.enabled, s.paused, s.slots, s.schedule, s.running,
                            s.ready, s.scheduled, s.retrying, s.dead, s.oldest_ready_seconds
                        from cronmill.processor_status as s
                        where cardinality(\(processors)::text[]) = 0 or s.name = any (\(processors))
                        order by s.name
                        """
                    )
                }
                return try rows.map { row in
                    try ProcessorStatus(
                        database: database,
                        processor: row.get("name"),
                        queue: row.get("queue"),
                        isEnabled: row.get("enabled"),
                        isPaused: row.get("paused"),
                        slots: row.get("slots"),
                        schedule: row.get("schedule"),
                        runAs: row.get("run_as"),
                        running: row.get("running"),
                        ready: row.get("ready"),
                        scheduled: row.get("scheduled"),
                        retrying: row.get("retrying"),
                        dead: row.get("dead"),
                        oldestReady: row.get("oldest_ready_seconds", as: Double?.self).map { .seconds($0) }
                    )
                }
            }
        }
    }
}

/// What the cron database says of one processor.
private struct CronSide: Sendable {
    let jobs: Int
    let activeJobs: Int
    let lastRun: ProcessorStatus.LastRun?
    let runsLastHour: Int
    let failuresLastHour: Int
    let isEnabled: Bool
    let slots: Int
    let schedule: String
    let runAs: String
    /// What differs in `cron.job`, a sentence each.
    var differences: [String] = []

    init(_ row: Row) throws {
        jobs = try row.get("jobs")
        activeJobs = try row.get("active_jobs")
        runsLastHour = try row.get("runs_last_hour")
        failuresLastHour = try row.get("failures_last_hour")
        isEnabled = try row.get("enabled")
        slots = try row.get("slots")
        schedule = try row.get("schedule")
        runAs = try row.get("run_as")
        if let status = try row.get("last_status", as: String?.self) {
            lastRun = try ProcessorStatus.LastRun(
                status: status,
                message: row.get("last_message"),
                startedAt: row.get("last_started", as: Double?.self).map { Date(timeIntervalSince1970: $0) },
                age: row.get("last_age", as: Double?.self).map { .seconds($0) },
                duration: row.get("last_seconds", as: Double?.self).map { .seconds($0) }
            )
        } else {
            lastRun = nil
        }
    }
}

extension ProcessorStatus {
    /// Where the registry and `cron.job` differ from the row, as one sentence.
    fileprivate func drift(from side: CronSide?) -> String? {
        guard let side else { return "the registry does not know it" }
        var found = side.differences
        let isSame = (isEnabled, slots, schedule, runAs) == (side.isEnabled, side.slots, side.schedule, side.runAs)
        if !isSame { found.insert("its settings are not those that the registry has", at: 0) }
        guard let first = found.first else { return nil }
        return found.count == 1 ? first : "\(first) (and \(found.count - 1) more)"
    }

    /// A processor the registry does not know has no job: that is known, too.
    fileprivate mutating func take(_ side: CronSide?, isKnown: Bool) {
        guard isKnown else { return }
        jobs = side?.jobs ?? 0
        activeJobs = side?.activeJobs ?? 0
        lastRun = side?.lastRun
        runsLastHour = side?.runsLastHour ?? 0
        failuresLastHour = side?.failuresLastHour ?? 0
    }
}

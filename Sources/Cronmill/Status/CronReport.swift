internal import Postgres

/// What the cron database says of the databases asked.
struct CronReport: Sendable {
    struct Key: Hashable {
        let database: String
        let processor: String
    }

    var sides: [Key: ProcessorJobs] = [:]
    var capacity: Capacity
    var scheduler: Scheduler
    var demand: Demand?
    /// Of the server and of pg_cron.
    var serverRemarks: [String]
    /// Of the databases asked.
    var databaseRemarks: [String] = []
    /// Those of the databases asked whose jobs and runs may be seen.
    var visible: Set<String>
    /// What holds old snapshots.
    var holders: [SnapshotHolder]

    /// - Parameter facts: what the work databases say, by which their processors are judged.
    init(_ databases: [String], facts: [ProcessorFact], behind: Duration?, _ session: Session) throws {
        let judgedBy = try facts.json
        for row in try session.query(
            """
            select j.database_name, j.processor, \(sql: ProcessorJobs.columns)
            from cronmill_cron.processor_jobs(
                \(databases), make_interval(secs => \(behind?.inSeconds)::double precision), \(judgedBy)::jsonb
            ) as j
            """
        ) {
            let key = try Key(database: row.get("database_name"), processor: row.get("processor"))
            sides[key] = try ProcessorJobs(row)
        }
        for row in try session.query(
            "select d.database_name, d.processor, d.difference, d.command from cronmill_cron.differences(\(databases)) as d"
        ) {
            let key = try Key(database: row.get("database_name"), processor: row.get("processor"))
            sides[key]?.differences.append((try row.get("difference"), try row.get("command")))
        }
        let missingRoles = try Self.missingRoles(session)
        capacity = try Capacity(session)
        if let budget = capacity.budget { demand = try Demand(budget: budget, session) }
        scheduler = try Scheduler(session, missingRoles: missingRoles)
        serverRemarks = Self.remarks(capacity) + Self.remarks(scheduler, missingRoles) + (try Self.brokenRoles(session))
        if sides.values.contains(where: { $0.lastRun?.message == "connection failed" }) {
            databaseRemarks.append(try Self.connectionRemark(session))
        }
        visible = try Self.visible(databases, session)
        for database in databases where !visible.contains(database) {
            databaseRemarks.append(try Self.invisible(database, session))
        }
        holders = try SnapshotHolder.all(session)
    }

    private static func remarks(_ capacity: Capacity) -> [String] {
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
        return remarks
    }

    private static func remarks(_ scheduler: Scheduler, _ missingRoles: [(jobid: Int64, role: String)]) -> [String] {
        var remarks: [String] = []
        if scheduler.keepsHistory == false {
            remarks.append("cron.log_run is off: pg_cron keeps no history, so runs are not visible.")
        }
        // A job of a role that is gone stops pg_cron for everybody; a rename cannot be prevented, only found.
        remarks += missingRoles.map { jobid, role in
            "job \(jobid) belongs to role \"\(role)\", which does not exist: pg_cron runs no job of anybody until "
                + "the role is back or the job is gone (select cron.unschedule(\(jobid)))."
        }
        if missingRoles.isEmpty, let obstacle = scheduler.obstacle {
            remarks.append("pg_cron starts no job: \(obstacle).")
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
            + RolePart.monitor.grantCommand(role, database: database)
    }

    private static func missingRoles(_ session: Session) throws -> [(jobid: Int64, role: String)] {
        try session.query(
            """
            select j.jobid, j.role_name from cronmill_cron.jobs_without_role() as j
            """
        ).map { try ($0.get("jobid"), $0.get("role_name")) }
    }

    private static func brokenRoles(_ session: Session) throws -> [String] {
        try session.query("select b.role_name, b.fault from cronmill_cron.broken_roles() as b").map { row in
            let (role, fault): (String, String) = (try row.get("role_name"), try row.get("fault"))
            return "jobs and runs of role \"\(role)\" cannot be seen: its functions in schema cronmill_run_as may not "
                + "be called: \(fault) (cronmill setup makes them anew)."
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
}

extension Demand {
    /// As the registry counts it.
    init(budget: Int, _ session: Session) throws {
        let row = try session.one(
            "select s.used, s.awake, s.waiting, s.longest_wait, s.asleep from cronmill_cron.demand_summary() as s"
        )
        try self.init(
            budget: budget,
            used: row.get("used"),
            awake: row.get("awake"),
            waiting: row.get("waiting"),
            longestWait: row.get("longest_wait", as: Duration?.self),
            asleep: row.get("asleep")
        )
    }
}

extension Capacity {
    /// As the registry counts it.
    init(_ session: Session) throws {
        let row = try session.one(
            """
            select c.max_running_jobs, c.slots, c.housekeepers, c.others, c.needed, c.hangs_above, c.budget
            from cronmill_cron.capacity() as c
            """
        )
        try self.init(
            maxRunningJobs: row.get("max_running_jobs"),
            slots: row.get("slots"),
            housekeepers: row.get("housekeepers"),
            others: row.get("others"),
            needed: row.get("needed"),
            hangsAbove: row.get("hangs_above"),
            budget: row.get("budget")
        )
    }
}

internal import Postgres
internal import SQLFiles

extension Deployment {
    /// The jobs of a row of the configuration, and whether their roles are superusers.
    func oldJobs(
        of name: String,
        takeOver table: String,
        database: String
    ) async throws -> [(job: OldJob, isSuperuser: Bool)] {
        // Those of a take-over that was cut off have a schedule that never comes.
        let noted = try await notedJobs(of: table, in: database)
        return try await inCron { session in
            try session.query(
                """
                select j.jobid, j.jobname, j.username, j.schedule, j.command, j.active,
                    coalesce((select r.rolsuper from pg_catalog.pg_roles as r where r.rolname = j.username), false) as is_superuser
                from cron.job as j
                where \(sql: PartitionCacheConfig.areJobs(of: name, in: database))
                order by j.jobid
                """
            ).map { row in
                var job = try OldJob(
                    id: row.get("jobid"),
                    name: row.get("jobname"),
                    role: row.get("username"),
                    schedule: row.get("schedule"),
                    command: row.get("command"),
                    isActive: row.get("active")
                )
                if job.schedule == OldJob.never,
                    let before = noted.first(where: { $0.name == job.name && $0.role == job.role })
                {
                    job.schedule = before.schedule
                }
                return (job, try row.get("is_superuser"))
            }
        }
    }

    /// Names of other jobs of PartitionCache in a database, as far as their commands tell.
    func otherJobs(than names: [String], database: String) async throws -> [String] {
        try await inCron { session in
            var known: SQL = "false"
            for name in names {
                known = "\(sql: known) or \(sql: PartitionCacheConfig.areJobs(of: name, in: database))"
            }
            return try session.query(
                """
                select coalesce(j.jobname::text, concat('number ', j.jobid)) as name from cron.job as j
                where j.database in (\(database), \(cronDatabase)) and strpos(j.command, 'partitioncache_') > 0
                    and not (\(sql: known))
                    -- Ours, of a take-over before.
                    and not starts_with(coalesce(j.jobname::text, ''), 'cronmill ')
                order by 1
                """
            ).map { try $0.get("name") }
        }
    }

    /// Waits until no run of the old jobs goes on: to unschedule a job that runs would kill it, or leave it orphaned.
    func waitForRuns(of jobs: [OldJob], in database: String, wait: Duration) async throws {
        guard !jobs.isEmpty else { return }
        let end = ContinuousClock.now + wait
        try await with(connectCron()) { connection in
            // The launcher learns of a changed schedule within a second.
            try await Task.sleep(for: .seconds(2))
            while true {
                let running: [String] = try await connection.query(.runningJobs(jobids: jobs.map(\.id))).map {
                    try $0.get("name")
                }
                if running.isEmpty { return }
                guard ContinuousClock.now < end else {
                    throw CronmillError(
                        .failed,
                        "runs of \(running.joined(separator: ", ")) have not ended within \(wait.shortText)",
                        detail: "All is as it was before.",
                        hint: "Wait longer with --wait.",
                        database: database
                    )
                }
                try await Task.sleep(for: .milliseconds(250))
            }
        }
    }

    /// The jobs that a take-over has noted.
    private func notedJobs(of table: String, in database: String) async throws -> [OldJob] {
        try await inWork(database) { session in
            guard
                try session.query("select to_regclass('cronmill.adopted_job') is not null as is_there")
                    .first?.get("is_there", as: Bool.self) == true
            else { return [] }
            return try session.query(
                """
                select b.job_name, b.role_name, b.schedule, b.command, b.active
                from cronmill.adopted_job as b
                join cronmill.adoption as a on a.adoption_id = b.adoption_id
                where a.table_name = \(table) order by b.job_name
                """
            ).map { row in
                try OldJob(
                    id: 0,
                    name: row.get("job_name"),
                    role: row.get("role_name"),
                    schedule: row.get("schedule"),
                    command: row.get("command"),
                    isActive: row.get("active")
                )
            }
        }
    }

    /// Plans to schedule the old jobs as they were; nil if their configuration was removed since: they would do nothing.
    func restored(_ source: PartitionCacheSource, of takeOver: TakeOver, in database: String) async throws -> Plan? {
        let isThere = try await inDatabase(source.database) { session in
            guard
                try session.one("select to_regclass(\(source.table)) is not null as is_there")
                    .get("is_there", as: Bool.self)
            else { return false }
            try TableTrust(session).check(source.table)
            return try !session.query(
                "select from \(unsafeRaw: source.table) as c where c.job_name = \(source.name)"
            ).isEmpty
        }
        guard isThere else { return nil }
        var plan = Plan()
        for job in try await notedJobs(of: takeOver.table, in: database) {
            plan.add("schedule job \(job.name) again", in: cronDatabase, job.schedules(database))
        }
        return plan
    }

    /// Plans to make the row of the configuration as it was, with the numbers of the jobs that are scheduled again.
    func row(of source: PartitionCacheSource, in database: String) async throws -> Plan {
        let jobs =
            "array(select j.jobid from cron.job as j where \(PartitionCacheConfig.areJobs(of: source.name, in: database).script) order by j.jobid)"
        var numbers = jobs
        if source.database != cronDatabase {
            // pg_cron has moved since, or the configuration never stood where it is.
            let found: String =
                try await inCron { session in
                    try session.query("select (\(unsafeRaw: jobs))::text as numbers").first?.get("numbers")
                } ?? "{}"
            numbers = found.quotedLiteral
        }
        var plan = Plan()
        plan.add(
            "\(source.wasEnabled ? "enable" : "leave disabled") \(source.name) in \(source.table)",
            in: source.database,
            source.row(jobs: numbers)
        )
        return plan
    }

    /// The path in which the old jobs' role finds tables in that database, as far as settings of roles and databases say;
    /// where they say nothing, nil, which is our default.
    func oldSearchPath(
        of jobs: [(job: OldJob, isSuperuser: Bool)],
        in schema: String,
        database: String
    ) async throws -> SearchPath? {
        let role = jobs.first?.job.role
        let names: [String] = try await inWork(database) { session in
            try session.query(.roleSearchPath(role: role)).map { try $0.get("name") }
        }
        var schemas = names.isEmpty && schema == "public" ? [] : names.isEmpty ? [schema, "public"] : names
        schemas.removeAll { $0 == "pg_temp" }
        guard !schemas.isEmpty else { return nil }
        return try SearchPath(
            userText: (schemas.map { Identifier($0).quoted } + ["pg_temp"]).joined(separator: ", ")
        )
    }
}

extension OldJob {
    /// A day that never comes: the same as `Migration.never`.
    static let never = "0 0 31 2 *"

    /// Schedules it, whatever its trigger has made of it meanwhile.
    func schedules(_ database: String) -> SQL {
        let body = SQL.scheduleOldJob(
            name: name,
            schedule: schedule,
            command: command,
            database: database,
            role: role,
            active: "\(literal: isActive)"
        )
        return "do \(literal: body.text)"
    }
}

extension PartitionCacheSource {
    /// Enables or disables its row, as it was, and says which its jobs are, an SQL expression. Its own trigger would make
    /// the jobs anew, as the role that is connected: it rests meanwhile, where that role may have it rest.
    func row(jobs: String) -> SQL {
        let body = SQL.restoreConfig(
            table: table,
            name: name,
            enabled: "\(literal: wasEnabled)",
            jobs: "\(unsafeRaw: jobs)"
        )
        return "do \(literal: body.text)"
    }
}

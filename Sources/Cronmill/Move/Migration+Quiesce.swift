internal import Postgres
internal import SQLFiles

extension Migration {
    /// Notes every job in a new journal and lets the active ones rest, in one transaction: there is no journal without
    /// resting jobs, and no resting job without the journal that knows its schedule.
    func quiesceOld() async throws -> String? {
        let tables = try SQLScript.statements("migrate/journal.sql")
        return try await onOld { session in
            try session.transaction {
                try session.execute(.passGuard)
                // Jobs that others make are waited for, and wait: they are noted, or refused by the guard.
                try session.execute("lock table cron.job in share row exclusive mode")
                try session.execute(.migrationSchema)
                try session.perform(tables)
                try session.execute(
                    """
                    insert into cronmill_migration.migration (from_database, to_database, had_altered_setting)
                    select \(oldDatabase), \(newDatabase), exists (
                        select from pg_catalog.pg_file_settings as f
                        where f.name = 'cron.database_name' and f.sourcefile like '%/postgresql.auto.conf'
                    )
                    """
                )
                let jobs = try session.execute(
                    """
                    insert into cronmill_migration.job (
                        jobid, schedule, command, nodename, nodeport, database, username, active, jobname
                    )
                    select j.jobid, j.schedule, j.command, j.nodename, j.nodeport, j.database, j.username, j.active, j.jobname
                    from cron.job as j
                    """
                )
                try JobGuard(session).put(from: oldDatabase, to: newDatabase)
                try session.execute(.rest)
                let note = "\(jobs.counted("job"))"
                try session.execute(.ended(.quiesce, rollback: false, note: note))
                return note
            }
        }
    }

    /// Lets the jobs of the new database rest, for a rollback; those that were made there since are noted, to be taken along.
    func quiesceNew() async throws -> String? {
        try await record("update cronmill_migration.migration set is_rollback = true")
        guard try await pgCronIsIn(to) else { return "pg_cron is not there" }
        return try await with(to.connectCron()) { connection in
            let made: [Row] = try await Self.patiently(connection) { session in
                try session.execute("begin")
                try session.execute(.passGuard)
                try session.execute("lock table cron.job in share row exclusive mode")
                return try session.query(
                    """
                    select jsonb_agg(to_jsonb(j)) as jobs from cron.job as j where not \(sql: .isOurs(session))
                    """
                )
            }
            let jobs: String = try made.first?.get("jobs", as: String?.self) ?? "[]"
            let count = try await onOld { session in
                // Not again what was noted when this was cut off: its schedule may be the one that never comes.
                try session.execute(
                    """
                    insert into cronmill_migration.job (
                        jobid, schedule, command, nodename, nodeport, database, username, active, jobname, is_new
                    )
                    select j.jobid, j.schedule, j.command, j.nodename, j.nodeport, j.database, j.username, j.active,
                        j.jobname, true
                    from \(sql: .jobs(jobs))
                    on conflict on constraint job_pkey do nothing
                    """
                )
            }
            try await connection.run { session in
                try JobGuard(session).put(from: newDatabase, to: oldDatabase)
                try session.execute(.restActive)
                try session.execute("commit")
            }
            return count > 0 ? "\(count.counted("job")) made since to be taken along" : nil
        }
    }

    /// Whether pg_cron's extension is in the cron database of a deployment.
    func pgCronIsIn(_ deployment: Deployment) async throws -> Bool {
        try await deployment.inCron { try CronState.glance($0).extensionVersion != nil }
    }
}

extension SQL {
    /// By itself: nothing is done in a schema before it is known whose it is.
    static let migrationSchema: SQL = "create schema if not exists cronmill_migration"
}

extension SQL {
    /// Lets the active jobs of the journal rest.
    static let rest: SQL = """
        select cron.alter_job(j.jobid, schedule := \(Migration.never))
        from cronmill_migration.job as j
        where j.active and exists (select from cron.job as c where c.jobid = j.jobid)
        """

    /// Lets the active jobs of a database rest that is given up afterwards.
    static let restActive: SQL = """
        select cron.alter_job(j.jobid, schedule := \(Migration.never))
        from (select c.jobid from cron.job as c where c.active order by c.jobid) as j
        """

    /// Jobs, from their rows as JSON, as `j`.
    static func jobs(_ json: String) -> SQL {
        """
        pg_catalog.jsonb_to_recordset(\(json)::jsonb) as j (
            jobid bigint, schedule text, command text, nodename text, nodeport integer, database text, username text,
            active boolean, jobname text
        )
        """
    }

    /// Whether job `j` is one that the registry in this database makes by itself.
    fileprivate static func isOurs(_ session: Session) throws -> SQL {
        guard try CronState.glance(session).isInstalled else { return "false" }
        return "exists (select from cronmill_cron.job as o where o.jobid = j.jobid and o.removed_at is null)"
    }
}

extension Int {
    /// `1 job`, `3 jobs`.
    func counted(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}

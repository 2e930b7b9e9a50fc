internal import Postgres
internal import SQLFiles

extension Migration {
    /// Creates pg_cron in the new database, with what was granted and added in the old one, and numbers that go on.
    func createExtension() async throws -> String? {
        let rights = try SQLScript.statements("migrate/cron_rights.sql")
        let (statements, jobid, runid) = try await onOld { session in
            let last = try session.one(
                """
                select greatest((select s.last_value from cron.jobid_seq as s), max(j.jobid)) as jobid,
                    greatest(
                        (select s.last_value from cron.runid_seq as s),
                        (select max(d.runid) from cron.job_run_details as d)
                    ) as runid
                from cron.job as j
                """
            )
            let statements = try session.query(rights).filter { $0["foreign_object"] == nil }.map {
                try (order: $0.get("place", as: Int.self), text: $0.get("statement", as: String.self))
            }
            return (statements, try last.get("jobid", as: Int.self), try last.get("runid", as: Int.self))
        }
        let isThere = try await pgCronIsIn(to)
        var plan = Plan()
        if !isThere { plan.create("pg_cron", in: newDatabase) }
        // In the same commit: until its jobs are active nobody else makes or changes one there, either.
        plan.add(
            "keep others from the jobs of database \(newDatabase)",
            in: newDatabase,
            statements: [SQL.passGuard, "set local lock_timeout = '10s'"]
                + (try JobGuard.statements(from: oldDatabase, to: newDatabase))
        )
        plan.add(
            "go on with the numbers of jobs and runs",
            in: newDatabase,
            // Rows of the history that have a number to come would end the launcher.
            "select setval('cron.jobid_seq', greatest(\(jobid)::bigint, s.last_value)) from cron.jobid_seq as s",
            "select setval('cron.runid_seq', greatest(\(runid)::bigint, s.last_value)) from cron.runid_seq as s"
        )
        plan.add(
            "grant what was granted on pg_cron",
            in: newDatabase,
            // Policies and indexes cannot be made twice; they are made in the commit that creates the extension.
            statements: statements.filter { !isThere || $0.order < 3 }.map { SQL(unsafeRaw: $0.text) }
        )
        try await to.apply(plan)
        return nil
    }

    /// Makes every job of the journal in the new database, with its number and not active. A job that somebody has
    /// unscheduled in the old database meanwhile is left out.
    func makeJobs() async throws -> String? {
        let housekeepers = try await housekeepers()
        let jobs = try await onOld { session in
            try session.query(
                """
                delete from cronmill_migration.job as j
                where not exists (select from cron.job as c where c.jobid = j.jobid)
                returning j.jobid
                """
            ).forEach { row in
                remark("job \(row["jobid"] ?? "") was unscheduled meanwhile and is left out")
            }
            return try Journal.jobs(where: "true", session)
        }
        let count = try await onNew { session in
            try session.transaction {
                try session.execute(.passGuard)
                try session.execute("lock table cron.job in share row exclusive mode")
                return try session.execute(
                    """
                    insert into cron.job (
                        jobid, schedule, command, nodename, nodeport, database, username, active, jobname
                    )
                    select j.jobid, j.schedule, j.command, j.nodename, j.nodeport,
                        case when j.jobid = any (\(housekeepers)) then \(newDatabase) else j.database end,
                        j.username, false, j.jobname
                    from \(sql: .jobs(jobs))
                    where not exists (select from cron.job as c where c.jobid = j.jobid)
                    """
                )
            }
        }
        return count.counted("job")
    }

    /// Compares every job of the new database with the journal.
    ///
    /// - Throws: `CronmillError` that names the first one that differs.
    func verifyJobs() async throws -> String? {
        let housekeepers = try await housekeepers()
        let jobs = try await onOld { try Journal.jobs(where: "not j.is_new", $0) }
        let (differences, count): ([String], Int) = try await onNew { session in
            let differences: [String] = try session.query(
                .jobDifferences(housekeepers: housekeepers, newDatabase: newDatabase, jobs: .jobs(jobs))
            ).map { try $0.get("difference") }
            let count: Int = try session.one("select count(*) as jobs from \(sql: .jobs(jobs))").get("jobs")
            return (differences, count)
        }
        guard let first = differences.first else { return "\(count.counted("job")), each as it was" }
        throw CronmillError(
            .failed,
            "\(differences.count.counted("job")) of database \"\(newDatabase)\" differ from the journal: \(first)",
            detail: "Somebody has changed them since they were made. None is active.",
            hint: "Put them right or delete them there, or give up with cronmill migrate rollback; the journal is "
                + "cronmill_migration.job in database \"\(oldDatabase)\".",
            database: newDatabase
        )
    }

    /// Deactivates the jobs of the old database, which pg_cron has left, then activates those of the new one.
    func activateJobs() async throws -> String? {
        let active: [Int64] = try await onOld { session in
            guard try CronState.configuredDatabase(session) == newDatabase else {
                throw CronmillError(
                    .failed,
                    "pg_cron is not in database \"\(newDatabase)\"",
                    detail: "The server was restarted with another cron.database_name.",
                    hint: "Set it to \(newDatabase.quotedLiteral), restart, and go on with: cronmill migrate apply",
                    database: oldDatabase
                )
            }
            return try session.transaction {
                try session.execute(.passGuard)
                try session.execute(
                    """
                    select cron.alter_job(j.jobid, active := false)
                    from (select c.jobid from cron.job as c where c.active order by c.jobid) as j
                    """
                )
                return try session.query(
                    "select j.jobid from cronmill_migration.job as j where j.active and not j.is_new order by j.jobid"
                ).map { try $0.get("jobid") }
            }
        }
        try await onNew { session in
            try session.transaction {
                try session.execute(.passGuard)
                try session.execute(
                    """
                    select cron.alter_job(j.jobid, active := true)
                    from (
                        select c.jobid from cron.job as c where c.jobid = any (\(active)) and not c.active order by c.jobid
                    ) as j
                    """
                )
            }
            // In a transaction of its own: jobs do not rest while somebody keeps the guard from being taken away.
            try session.transaction {
                let isGuarded: Bool = try session.one(
                    "select to_regproc('cronmill_migration.release_functions') is not null as is_guarded"
                ).get("is_guarded")
                guard isGuarded else { return }
                try session.execute("lock table cron.job in access exclusive mode")
                try JobGuard(session).takeAway()
                try session.execute("drop schema cronmill_migration cascade")
            }
        }
        return active.count.counted("job")
    }

    /// Jobs of the registry that run in the cron database itself, wherever that is.
    func housekeepers() async throws -> [Int64] {
        try await onOld { session in
            guard try CronState.glance(session).isInstalled else { return [] }
            return try session.query(
                "select o.jobid from cronmill_cron.job as o where o.slot = 0 and o.removed_at is null"
            ).map { try $0.get("jobid") }
        }
    }
}

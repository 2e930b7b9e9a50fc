internal import Postgres
internal import SQLFiles

extension Migration {
    /// Jobs of the new database that would not be there, or not be so, after a rollback; a sentence each.
    ///
    /// - Throws: `CronmillError` if there is no move to roll back; `PostgresError`.
    public func rollbackLosses() async throws -> [String] {
        // Before they are activated, nobody has a reason to change them.
        guard try await checkedJournal().done.contains(MigrationStep.activate.rawValue) else { return [] }
        // What our own jobs have to be is said by their processors.
        let jobs = try await onOld { session in
            guard try CronState.glance(session).isInstalled else {
                return try Journal.jobs(where: "not j.is_new", session)
            }
            return try Journal.jobs(
                where: """
                    not j.is_new
                    and not exists (select from cronmill_cron.job as o where o.jobid = j.jobid and o.removed_at is null)
                    """,
                session
            )
        }
        return try await onNew { session in
            try session.query(.rollbackLosses(jobs: .jobs(jobs))).map { try $0.get("loss") }
        }
    }

    /// Restores the old database as it was, from any point of the move that is not finished, or goes on with a rollback
    /// that was cut off. Jobs that were made in the new database meanwhile are taken along, and so is its run history.
    ///
    /// - Throws: `CronmillError` if there is no move to roll back, or it has to wait for a person; `PostgresError`.
    public func rollback() async throws {
        try await exclusively { lock in
            let hadAltered = try await checkedJournal().hadAlteredSetting
            try await perform(.quiesce, rollback: true) { try await quiesceNew() }
            try await perform(.drain, rollback: true) {
                try await pgCronIsIn(to) ? drain(to) : nil
            }
            try await perform(.setting, rollback: true) { try await set(from, isReset: !hadAltered) }
            try await perform(.restart, rollback: true) {
                try await restart(into: from, command: "rollback", holding: lock)
            }
            try await from.whileSettingUp {
                try await perform(.history, rollback: true) { try await carryHistoryBack() }
                try await perform(.restore, rollback: true) { try await restoreJobs() }
                try await perform(.links, rollback: true) { try await link(to: from, isRollback: true) }
                try await perform(.remove, rollback: true) { try await removeNew() }
            }
            try await perform(.settle, rollback: true) { try await settle(in: from) }
            try await onOld { try $0.script("drop schema cronmill_migration cascade") }
        }
    }

    private func checkedJournal() async throws -> Journal {
        if let journal = try await journal() { return journal }
        throw CronmillError(
            .failed,
            "there is no move from database \"\(oldDatabase)\" to database \"\(newDatabase)\" to roll back",
            detail: "None was begun, or it was finished.",
            hint: "To move back: cronmill migrate plan --from \(newDatabase.shellWord) --to \(oldDatabase.shellWord)",
            database: oldDatabase
        )
    }

    /// The jobs of the old database as the journal has them; from this commit on they are pg_cron's again.
    private func restoreJobs() async throws -> String? {
        try await onOld { session in
            guard try CronState.configuredDatabase(session) == oldDatabase else {
                throw CronmillError(
                    .failed,
                    "pg_cron is not in database \"\(oldDatabase)\"",
                    detail: "The server was restarted with another cron.database_name.",
                    hint:
                        "Set it to \(oldDatabase.quotedLiteral), restart, and go on with: cronmill migrate rollback \(databaseOptions)",
                    database: oldDatabase
                )
            }
            let made = try session.transaction {
                try session.execute(.passGuard)
                try session.execute("lock table cron.job in share row exclusive mode")
                // Not by pg_cron's function: there may be a schedule that it would not take.
                try session.execute(
                    """
                    update cron.job as c
                    set schedule = j.schedule, active = j.active
                    from cronmill_migration.job as j
                    where c.jobid = j.jobid and (c.schedule, c.active) <> (j.schedule, j.active)
                    """
                )
                // One that is gone here was deleted by what the guard cannot see; the journal has it. One that was made
                // there under a name that is taken here comes along without it, and rests: both would be too many.
                let made = try session.query(.restoreJobs)
                for job in made {
                    guard let name: String = try job.get("name"), try job.get("is_nameless") else { continue }
                    remark(
                        "job \(try job.get("jobid", as: Int64.self)) was made in database \"\(newDatabase)\" under the name "
                            + "\"\(name)\", which is that of a job here: it has no name now, and is not active"
                    )
                }
                try session.execute(
                    """
                    select setval('cron.jobid_seq', greatest(s.last_value, (select max(j.jobid) from cron.job as j)))
                    from cron.jobid_seq as s
                    """
                )
                return made.count
            }
            // In a transaction of its own: jobs do not rest while somebody keeps the guard from being taken away.
            try session.transaction {
                try session.execute("lock table cron.job in access exclusive mode")
                try JobGuard(session).takeAway()
                try session.execute(.ended(.restore, rollback: true, note: nil))
            }
            return made > 0 ? "with \(made.counted("job")) made since" : nil
        }
    }

    /// Drops what the move has made in the new database, and the roles of links that only it needed.
    private func removeNew() async throws -> String? {
        let direct: [String] = try await onOld { session in
            try session.query(
                "select w.name from cronmill_migration.work_database as w where not w.linked"
            ).map { try $0.get("name") }
        }
        let roles: [String] = try await onNew { session in
            guard try CronState.glance(session).isInstalled else { return [] }
            return try session.query(
                """
                select w.link_role from cronmill_cron.work_database as w
                where w.link_role is not null and w.name = any (\(direct))
                """
            ).map { try $0.get("link_role") }
        }
        var plan = Plan()
        plan.add(
            "drop pg_cron and the registry",
            in: newDatabase,
            "drop schema if exists cronmill_cron cascade",
            "drop schema if exists cronmill_run_as cascade",
            "drop extension if exists pg_cron",
            "drop schema if exists cronmill_migration cascade"
        )
        for role in roles { plan.dropRole(role, in: newDatabase) }
        try await from.apply(plan)
        return nil
    }
}

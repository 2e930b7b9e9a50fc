internal import Postgres
internal import SQLFiles

extension Migration {
    /// Looks at both databases.
    ///
    /// - Throws: `CronmillError` if pg_cron is in a third database; `PostgresError`.
    public func preview() async throws -> MovePreview {
        var preview = MovePreview(oldDatabase: oldDatabase, newDatabase: newDatabase)
        let new = try await onNew { try NewDatabase($0) }
        let old = try await onOld { try CronState.inspect($0, from.sqlFiles, isStrict: true) }
        if let reason = try nothingToMove(old, new) {
            preview.nothingToMove = reason
            return preview
        }
        preview = try await onOld { [preview] session in
            var preview = preview
            try preview.readDatabase(session, old)
            return preview
        }
        preview.judge(old, new)
        if old.isSuperuser {
            preview.obstacles += try await linkObstacles(preview)
            if old.isInstalled, let obstacle = try await alarmObstacle() { preview.obstacles.append(obstacle) }
            for database in preview.workDatabases { preview.obstacles += try await workObstacles(database) }
        }
        return preview
    }

    private func nothingToMove(_ old: CronState, _ new: NewDatabase) throws -> String? {
        if let database = old.configuredDatabase, database != oldDatabase, database != newDatabase {
            throw CronmillError(
                .failed,
                "pg_cron is configured for database \"\(database)\", not \"\(oldDatabase)\"",
                hint: "Name it: --from \(database.shellWord)",
                database: oldDatabase
            )
        }
        let isElsewhere = old.configuredDatabase == newDatabase
        guard old.extensionVersion != nil else {
            return isElsewhere
                ? "pg_cron is in database \"\(newDatabase)\" already" : "database \"\(oldDatabase)\" has no pg_cron"
        }
        guard isElsewhere, new.version != nil else { return nil }
        return "pg_cron is in database \"\(newDatabase)\" already; nobody runs the jobs that are left in database "
            + "\"\(oldDatabase)\" (to drop them: drop extension pg_cron)"
    }

    /// What is in the way of leading a work database to the new registry, found before anything is moved.
    private func workObstacles(_ database: String) async throws -> [MovePreview.Obstacle] {
        do {
            return try await from.inWork(database) { session in
                let state = try WorkState.inspect(session, from.sqlFiles, isStrict: true)
                guard state.isInstalled, let owner = state.owner else { return [] }
                if owner != state.user { return [.owner(owner, of: "cronmill", for: state.user, in: database)] }
                guard try WorkState.isOriginal(session) else {
                    let text = "database \"\(database)\" is not the one Cronmill was installed in"
                    return [.init(text: text, remedy: "cronmill sync --adopt", database: database)]
                }
                return []
            }
        } catch let error as PostgresError where error.sqlState == .invalidCatalogName {
            // It is gone, which `sync` says and heals; pg_cron can go without it.
            return []
        }
    }

    /// Links of work databases that will not get in, by pg_hba.conf as it is.
    private func linkObstacles(_ preview: MovePreview) async throws -> [MovePreview.Obstacle] {
        let facts = try await onOld { try CronFacts($0) }
        guard let rules = facts.authentication else { return [] }
        return preview.workDatabases.filter { $0 != newDatabase }.compactMap { database in
            let role = RoleFacts(name: facts.links[database] ?? LinkRole.name(for: database))
            let hosts = [facts.host, "127.0.0.1"].compactMap { $0 }
            let isAdmitted = hosts.contains { host in
                guard AuthenticationRule.canJudge(host) else { return true }
                let rule = AuthenticationRule.first(of: rules, role: role, database: newDatabase, host: host)
                return rule.map { !["reject", "peer", "ident", "cert", "gss", "sspi"].contains($0.method) } ?? false
            }
            guard !isAdmitted else { return nil }
            return MovePreview.Obstacle(
                text: "pg_hba.conf does not let the link of database \"\(database)\" into database \"\(newDatabase)\"",
                remedy:
                    "host \(Identifier(newDatabase).quoted) \"\(role.name.replacing("\"", with: "\"\""))\" 127.0.0.1/32 scram-sha-256"
                    + "  -- above other lines of pg_hba.conf; then: select pg_reload_conf();",
                database: newDatabase
            )
        }
    }
}

extension MovePreview.Obstacle {
    /// Our schema belongs to another role than the one that moves it.
    static func owner(_ owner: String, of schema: String, for user: String, in database: String) -> Self {
        Self(
            text: "schema \(schema) of database \"\(database)\" belongs to role \"\(owner)\"",
            remedy: "reassign owned by \(Identifier(owner).quoted) to \(Identifier(user).quoted);",
            database: database
        )
    }
}

extension MovePreview {
    fileprivate mutating func readDatabase(_ session: Session, _ old: CronState) throws {
        let access = try session.one(.oldSchema)
        guard try access.get("may_see") else {
            remarks.append("role \"\(old.user)\" may not see pg_cron's jobs: none is listed")
            return
        }
        try readJobs(session, old)
        let dependents: [String] = try access.get("dependents")
        if !dependents.isEmpty {
            remarks.append(
                "views of database \"\(oldDatabase)\" read pg_cron's tables, which end there: \(dependents.joined(separator: ", ")); "
                    + "drop them before finish"
            )
        }
        if old.isSuperuser { try readRights(session) }
        try readCallers(session)
        let history = try session.one(
            """
            select count(*) as total, pg_total_relation_size('cron.job_run_details') as bytes,
                count(*) filter (where a.pid is not null) as running,
                extract(epoch from max(clock_timestamp() - d.start_time) filter (where a.pid is not null))::double precision
                    as seconds
            from cron.job_run_details as d
            left join pg_catalog.pg_stat_activity as a
                on (a.pid, a.datname, a.usename) = (d.job_pid, d.database, d.username) and d.status = 'running'
            """
        )
        historyRows = try history.get("total")
        historyBytes = try history.get("bytes")
        runningRuns = try history.get("running")
        oldestRun = try history.get("seconds", as: Duration?.self)
    }

    /// Policies and indexes on pg_cron's tables that do not go along.
    private mutating func readRights(_ session: Session) throws {
        for row in try session.query(SQLScript.statements("migrate/cron_rights.sql")) {
            guard let object: String = try row.get("foreign_object") else { continue }
            remarks.append(
                "this uses \(object), and does not go along, because what has that name in database \"\(newDatabase)\" may be "
                    + "another's: \(try row.get("statement", as: String.self))"
            )
        }
    }

    /// Functions of the old database that change jobs, and the triggers that call them: they do not move.
    private mutating func readCallers(_ session: Session) throws {
        let rows = try session.query(.jobCallers)
        for row in rows {
            let triggers: [String] = try row.get("triggers")
            let called = triggers.isEmpty ? "" : " (trigger \(triggers.joined(separator: ", ")))"
            remarks.append(
                "function \(try row.get("name", as: String.self))\(called) of database \"\(oldDatabase)\" changes or reads pg_cron's "
                    + "jobs and stays there: from the first step on it is refused with SQLSTATE MC019 (if it catches errors, it "
                    + "does nothing and says nothing), and after finish it fails; make it anew in database \"\(newDatabase)\""
            )
        }
    }

    private mutating func readJobs(_ session: Session, _ old: CronState) throws {
        let seesRegistry = old.isInstalled && (old.isSuperuser || old.owner == old.user)
        let ours: SQL =
            seesRegistry
            ? "select o.jobid, o.processor, o.slot from cronmill_cron.job as o where o.removed_at is null"
            : "select null::bigint as jobid, null::text as processor, null::integer as slot where false"
        let rows = try session.query(.oldJobs(ours: ours))
        for row in rows {
            let jobid: Int64 = try row.get("jobid")
            let role: String = try row.get("username")
            let database: String = try row.get("database")
            let slot: Int? = try row.get("slot")
            let processor: String? = try row.get("processor")
            if try !row.get("has_role", as: Bool.self) {
                obstacles.append(
                    Obstacle(
                        text:
                            "job \(jobid) belongs to role \"\(role)\", which does not exist: pg_cron runs no job of anybody",
                        remedy: "select cron.unschedule(\(jobid));",
                        database: oldDatabase
                    )
                )
            }
            let isActive: Bool = try row.get("active")
            let home = slot == 0 ? newDatabase : database
            jobs.append(
                Job(
                    jobid: jobid,
                    name: try row.get("name"),
                    schedule: try row.get("schedule"),
                    command: try row.get("command"),
                    database: database,
                    role: role,
                    isActive: isActive,
                    processor: processor.map { slot == 0 ? $0 : "\($0)#\(slot ?? 0)" },
                    fate: isActive
                        ? slot == 0 ? "runs in \(home)" : "runs in \(home), as now" : "stays inactive",
                    remarks: try Self.remarks(row, isOurs: processor != nil)
                )
            )
        }
        guard seesRegistry else { return }
        workDatabases = try session.query("select w.name from cronmill_cron.work_database as w order by w.name").map {
            try $0.get("name")
        }
    }

    private static func remarks(_ row: Row, isOurs: Bool) throws -> [String] {
        guard !isOurs else { return [] }
        let command = JobCommand(try row.get("command"))
        var remarks = command.remarks
        let jobid: Int64 = try row.get("jobid")
        if command.namesCron {
            remarks.append(
                "names pg_cron's schema in its command: that stays behind, and is dropped by finish; afterwards: "
                    + "select cron.alter_job(\(jobid), database := '...')"
            )
        }
        if try row.get("schedule", as: String.self).hasPrefix("@reboot") {
            remarks.append("runs at a start of the server: not at the one of the move, but at the next")
        }
        if try !row.get("is_here", as: Bool.self) {
            remarks.append("runs on another server, by its port; that stays so")
        }
        if try !row.get("has_database", as: Bool.self) {
            remarks.append("fails, as now: its database does not exist")
        } else if try row.get("has_role", as: Bool.self), try !row.get("may_login", as: Bool.self) {
            remarks.append("fails, as now: its role may not log in")
        } else if try row.get("may_connect", as: Bool?.self) == false {
            remarks.append("fails, as now: its role may not connect to its database")
        }
        return remarks
    }
}

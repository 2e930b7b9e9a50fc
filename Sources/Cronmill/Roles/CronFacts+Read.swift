internal import Postgres
internal import SQLFiles

extension CronFacts {
    /// Reads what the cron database says; of settings and files what the role may read.
    init(_ session: Session) throws {
        let state = try CronState.inspect(session)
        let row = try session.one(.serverFacts)
        self.init(
            database: state.database,
            user: state.user,
            isSuperuser: state.isSuperuser,
            owner: state.owner,
            extensionVersion: state.extensionVersion,
            availableVersion: try row.get("available"),
            configuredDatabase: state.configuredDatabase,
            preloadLibraries: try row.get("libraries"),
            usesBackgroundWorkers: state.usesBackgroundWorkers,
            logsRuns: try row.get("logs"),
            host: state.cronHost,
            port: state.port,
            maxConnections: try row.get("connections"),
            reservedConnections: try row.get("reserved"),
            maxWorkerProcesses: try row.get("workers")
        )
        maxParallelWorkers = try row.get("parallel_workers")
        authenticationFile = try row.get("hba_file")
        if try row.get("may_read_rules") { authentication = try AuthenticationRule.all(session) }
        for row in try session.query(
            "select d.datname, pg_get_userbyid(d.datdba) as owner from pg_catalog.pg_database as d"
        ) {
            databases[try row.get("datname")] = try row.get("owner", as: String.self)
        }
        guard state.isInstalled else { return }
        try Plan.checkLooker(state.owner, state.user, state.isSuperuser, schema: "cronmill_cron", state.database)
        privileges = try PrivilegeFacts(schema: "cronmill_cron", session)
        capacity = try Capacity(session)
        jobs = try JobFacts.all(session)
        for row in try session.query(
            """
            select w.name, w.link_role, array(
                select a.role_name from cronmill_cron.run_as as a
                where a.work_database_id = w.work_database_id order by a.role_name
            ) as roles
            from cronmill_cron.work_database as w
            """
        ) {
            let name: String = try row.get("name")
            permitted[name] = try row.get("roles")
            if let link = try row.get("link_role", as: String?.self) { links[name] = link }
        }
        try readDangers(session)
        uncancellable = Set(
            try session.query(
                """
                select a.role_name from cronmill_cron.run_as as a
                join pg_catalog.pg_roles as r on r.rolname = a.role_name
                where not pg_has_role(\(owner), r.oid, 'usage') and not pg_has_role(\(owner), 'pg_signal_backend', 'usage')
                """
            ).map { try $0.get("role_name") }
        )
    }
}

extension CronFacts {
    /// What is wrong is to be put right, the rest to be known.
    private mutating func readDangers(_ session: Session) throws {
        for row in try session.query(
            "select d.role_name, d.danger, d.remedy, d.executor, d.is_wrong from cronmill_cron.dangers() as d"
        ) {
            let danger: String = try row.get("danger")
            guard try row.get("is_wrong") else {
                cautions.append(danger)
                continue
            }
            let remedy: String? = try row.get("remedy")
            let executor: String? = try row.get("executor")
            dangers.append(
                .wrong(
                    danger,
                    in: database,
                    role: try row.get("role_name"),
                    remedy.map {
                        Remedy(sql: $0, database: database, executor: executor.map { .role($0) } ?? .superuser)
                    }
                )
            )
        }
    }
}

extension JobFacts {
    /// The jobs of everybody as far as the registry sees them, with the last run of ours.
    fileprivate static func all(_ session: Session) throws -> [JobFacts] {
        try session.query(
            """
            select j.jobid, j.nodename, j.username, j.database_name, j.active, o.processor, p.last_status, p.last_message
            from cronmill_cron.visible_jobs() as j
            left join cronmill_cron.job as o on o.jobid = j.jobid and o.removed_at is null
            left join cronmill_cron.processor_jobs(null) as p
                on p.database_name = o.database_name and p.processor = o.processor
            order by j.jobid
            """
        ).map { row in
            try JobFacts(
                jobid: row.get("jobid"),
                role: row.get("username"),
                database: row.get("database_name"),
                isActive: row.get("active"),
                processor: row.get("processor"),
                host: row.get("nodename"),
                lastMessage: row.get("last_message"),
                lastStatus: row.get("last_status")
            )
        }
    }
}

extension AuthenticationRule {
    /// The lines of pg_hba.conf that the server understands.
    fileprivate static func all(_ session: Session) throws -> [AuthenticationRule] {
        try session.query(.authenticationRules).map { row in
            try AuthenticationRule(
                line: row.get("line_number"),
                type: row.get("type"),
                databases: row.get("database"),
                users: row.get("user_name"),
                coversLoopback: row.get("covers_loopback"),
                method: row.get("auth_method"),
                options: row.get("options")
            )
        }
    }
}

extension Plan {
    /// Refuses who may not look into our schema: its owner and superusers may.
    static func checkLooker(
        _ owner: String?,
        _ user: String,
        _ isSuperuser: Bool,
        schema: String,
        _ database: String
    ) throws {
        if !isSuperuser { try checkOwner(owner, user: user, schema: schema, database: database) }
    }
}

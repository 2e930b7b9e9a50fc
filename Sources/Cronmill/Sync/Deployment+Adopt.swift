internal import Postgres
internal import SQLFiles

extension Deployment {
    /// Plans what makes a work database that was copied, restored, renamed or promoted work where it is now: a stamp, a
    /// link and jobs of its own. The original's registry, jobs and link role are not touched. Nothing is planned for a
    /// database that is the one Cronmill was installed in.
    ///
    /// - Throws: `CronmillError` where nothing is set up, or where the registry was copied along; `PostgresError`.
    public func planAdopt(_ database: String) async throws -> Plan {
        let work = try await inWork(database) { try AdoptedSide($0, files: sqlFiles) }
        var plan = Plan()
        guard !work.isOriginal else { return plan }
        // From an older dump; and a restored function can be written in another way than it was made.
        if let renewal = work.renewal { plan.renew(renewal, in: database) }
        if database == cronDatabase, work.state.isLinked == false {
            plan.append(try await planAdoptRegistry(work.state))
            return plan
        }
        guard database != cronDatabase, work.state.isLinked == true else {
            throw CronmillError(
                .failed,
                "database \"\(database)\" is a copy that holds a registry, too",
                detail: "Its registry knows the jobs of the original.",
                hint: "Remove schemas cronmill and cronmill_cron there, and set it up: "
                    + "cronmill setup --database \(database.shellWord)",
                database: database
            )
        }
        let adoption = try await inCron { session in
            let state = try CronState.inspect(session, sqlFiles)
            try state.check()
            try Plan.checkOwner(state.owner, user: state.user, schema: "cronmill_cron", database: state.database)
            let cron = try CronInspection(state: state, session: session, database: database)
            return try CopyAdoption(work, cron: cron, database: database, session)
        }
        try plan.installCron(adoption.cron, files: sqlFiles, request: SetupRequest())
        try plan.adopt(adoption, work: work, files: sqlFiles, database: database)
        return plan
    }
}

/// What is in a work database that is to be adopted.
private struct AdoptedSide: Sendable {
    let state: WorkState
    let isOriginal: Bool
    let processors: Set<String>
    let roles: Set<String>
    let grantees: [Grantee]
    /// What brings its functions, and tables, up to date.
    let renewal: Renewal?

    init(_ session: Session, files: [SQLFile]) throws {
        state = try WorkState.inspect(session, files, isStrict: true)
        guard state.isInstalled else { throw CronmillError.notSetUp(session.database) }
        try Plan.checkOwner(state.owner, user: state.user, schema: "cronmill", database: session.database)
        isOriginal = try WorkState.isOriginal(session)
        let settings = try RegistrySettings.all(session)
        processors = Set(settings.keys)
        roles = Set(settings.values.map(\.runAs))
        grantees = try Grantee.all(session)
        let half = try Half.work(files, isLinked: state.isLinked ?? true)
        renewal = try state.half.flatMap { installed in
            installed.isCurrent(half)
                ? nil : try Renewal(half: half, installed: installed, mustDrop: half.mustDrop(installed, session))
        }
    }
}

/// What the cron database has to do with it.
private struct CopyAdoption: Sendable {
    let cron: CronInspection
    /// Name it is registered under, if it was renamed.
    var formerName: String?
    var formerLinkRole: String?
    /// Run-as roles to be permitted, and those that nobody of the cron database has permitted yet.
    let permitted: [String]
    let withheld: [String]
    let grantees: [Grantee]

    init(_ work: AdoptedSide, cron: CronInspection, database: String, _ session: Session) throws {
        self.cron = cron
        var known: Set<String> = cron.permittedRoles
        if cron.state.isInstalled,
            // The registry's word: the work database's owner could name another's database as its former self.
            let former = try session.query(
                """
                select w.name, w.link_role, array(
                    select a.role_name from cronmill_cron.run_as as a where a.work_database_id = w.work_database_id
                ) as roles
                from cronmill_cron.work_database as w
                join pg_catalog.pg_database as d on d.oid = w.database_oid
                where d.datname = \(database) and w.name <> d.datname
                    and not exists (select from pg_catalog.pg_database as o where o.datname = w.name)
                """
            ).first
        {
            formerName = try former.get("name")
            formerLinkRole = try former.get("link_role")
            known.formUnion(try former.get("roles", as: [String].self))
        }
        withheld = cron.trusts(work.state) ? [] : work.roles.subtracting(known).sorted()
        permitted = work.roles.subtracting(withheld).sorted()
        grantees = try Grantee.existing(work.grantees.filter { !cron.grantees.contains($0) }, session)
    }
}

extension Plan {
    /// Can be cut off anywhere and planned again: the stamp comes last.
    fileprivate mutating func adopt(
        _ adoption: CopyAdoption,
        work: AdoptedSide,
        files: [SQLFile],
        database: String
    ) throws {
        let cron = adoption.cron
        let cronDatabase = cron.state.database
        let linkRole = LinkRole.name(for: database)
        register(database, linkRole: linkRole, in: cronDatabase)
        try makeLink(linkRole, database: database, cron: cron.state, host: nil)
        // Before the former name is struck out, with which would go what only its permissions keep.
        for role in adoption.permitted { try permit(role, for: database, cron: cron) }
        for grantee in adoption.grantees { showJobs(of: database, to: grantee, in: cronDatabase) }
        if let formerName = adoption.formerName {
            add(
                "strike out the former name, \(formerName)",
                in: cronDatabase,
                "select cronmill_cron.unregister(\(literal: formerName))"
            )
        }
        for name in cron.processors.subtracting(work.processors).sorted() {
            strikeOut(name, of: database, in: cronDatabase)
        }
        try completeLink(
            linkRole,
            work: work.state,
            cron: cron.state,
            files: files,
            request: SetupRequest(),
            isNew: true
        )
        let withheld: SQL = "array[\(sql: adoption.withheld.map { role -> SQL in "\(literal: role)" }.joined)]::text[]"
        add(
            "send the processors of database \(database) to the registry, and take note of where it is now",
            in: database,
            commits: true,
            """
            select cronmill.send_to_registry(p, false) from cronmill.processor as p
            where p.run_as <> all (\(sql: withheld)) order by p.name
            """,
            """
            update cronmill.installation as i
            set
                system_identifier = s.system_identifier, database_oid = s.database_oid,
                database_name = s.database_name, port = s.port, data_directory = s.data_directory,
                cron_database = \(literal: cronDatabase), link_role = \(literal: linkRole)
            from cronmill.stamp() as s
            """,
            // Of what the original's registry was told of their sleep this one knows nothing.
            "delete from cronmill.sleep"
        )
        if let former = adoption.formerLinkRole, former != linkRole {
            add("drop the former link's role", in: database, "drop role if exists \(identifier: former)")
        }
        for role in adoption.withheld {
            remark(
                "No job of database \"\(database)\" may run as role \"\(role)\" yet: "
                    + "\(String.permitting(role, database)); then: \(String.syncing(database))"
            )
        }
    }
}

extension WorkState {
    /// Whether this work database is the one Cronmill was installed in, and not a copy of it.
    static func isOriginal(_ session: Session) throws -> Bool {
        do {
            try session.execute("select cronmill.assert_original()")
            return true
        } catch  where error.sqlState == "MC007" {
            return false
        }
    }
}

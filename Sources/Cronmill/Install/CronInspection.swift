internal import Postgres
internal import SQLFiles

/// What setup has to know of the cron database.
struct CronInspection: Sendable {
    var state: CronState
    /// The work database's row, if it is registered.
    var isRegistered = false
    /// Whether the registered database was dropped, and another has its name. What was permitted the one is not permitted
    /// the other.
    var isReplaced = false
    var registeredLinkRole: String?
    /// Whether sessions of its link role may wait, and let others wait, without end.
    var lacksTimeouts = false
    var permittedRoles: Set<String> = []
    var givenMaxRunningJobs: Int?
    var givenBudget: Int?
    var givenQuantum: Duration?
    var givenReserve: Int?
    var givenOthers: Int?
    /// Roles that own the functions by which their jobs are made, as they have to be.
    var soundRoles: Set<String> = []
    /// Permitted roles whose functions have to be made anew.
    var brokenRoles: Set<String> = []
    /// The work database's processors, as the registry has them.
    var processors: Set<String> = []
    /// Monitors and operators of the work database.
    var grantees: Set<Grantee> = []
    /// Whether the registry's routines have to be dropped before they can be renewed.
    var mustDrop = false
    /// Whether DROP DATABASE will wait for a housekeeper that goes on for other databases.
    var dropsSlowly = false

    /// That of a work database that has to be registered, for the registry's owner.
    ///
    /// - Throws: `CronmillError` for a role that is another, and where nothing is set up.
    static func ofRegistered(_ database: String, _ session: Session) throws -> CronInspection {
        let state = try CronState.inspect(session)
        try state.checkInstalled()
        try Plan.checkOwner(state.owner, user: state.user, schema: "cronmill_cron", database: state.database)
        let inspection = try CronInspection(state: state, session: session, database: database)
        guard inspection.isRegistered else { throw CronmillError.notSetUp(database) }
        try inspection.checkSame(database)
        return inspection
    }

    /// Refuses a database that has the name of one that was registered and dropped.
    func checkSame(_ database: String) throws {
        guard isReplaced else { return }
        throw CronmillError(
            .failed,
            "database \"\(database)\" is not the one that was registered",
            detail: "The registered one was dropped, and with it go the roles its jobs were permitted to run as.",
            hint: "Register the new one: cronmill setup --database \(database.shellWord)",
            database: database
        )
    }

    /// Whether a role may be permitted because a work database wants it. The owner of its schema decides what is in it;
    /// only one who has the registry's rights anyhow is believed. Otherwise any owner of a work database could have his
    /// jobs run as a superuser.
    func trusts(_ work: WorkState) -> Bool {
        work.isOwnedBySuperuser || work.owner == (state.owner ?? state.user)
    }

    init(state: CronState, session: Session, database: String) throws {
        self.state = state
        guard state.isInstalled else { return }
        if let row = try session.query(
            """
            select w.link_role, w.link_role in (select l.role_name from cronmill_cron.patient_links() as l) as lacks,
            exists (
                select from pg_catalog.pg_database as d
                where d.datname = w.name and d.oid is distinct from w.database_oid and d.datname <> current_database()
            ) as is_replaced, array(
                select a.role_name from cronmill_cron.run_as as a where a.work_database_id = w.work_database_id
            ) as roles
            from cronmill_cron.work_database as w
            where w.name = \(database)
            """
        ).first {
            isRegistered = true
            registeredLinkRole = try row.get("link_role")
            lacksTimeouts = try row.get("lacks", as: Bool?.self) ?? false
            permittedRoles = Set(try row.get("roles", as: [String].self))
            isReplaced = try row.get("is_replaced")
        }
        processors = Set(
            try session.query(
                """
                select p.name from cronmill_cron.processor as p
                join cronmill_cron.work_database as w on w.work_database_id = p.work_database_id
                where w.name = \(database)
                """
            ).map { try $0.get("name") }
        )
        grantees = Set(
            try session.query(
                """
                select g.role_name, g.part from cronmill_cron.grantee as g
                join cronmill_cron.work_database as w on w.work_database_id = g.work_database_id
                where w.name = \(database)
                """
            ).map { try Grantee(role: $0.get("role_name"), part: $0.get("part")) }
        )
        if isReplaced { (permittedRoles, processors, grantees) = ([], [], []) }
        let given = try session.one(
            """
            select i.given_max_running_jobs, i.given_others, (i.row ->> 'budget')::integer as budget,
                (i.row ->> 'reserve')::integer as reserve,
                extract(epoch from (i.row ->> 'quantum')::interval)::double precision as quantum
            from (select o.*, to_jsonb(o) as row from cronmill_cron.installation as o) as i
            """
        )
        // An older registry has no such columns.
        givenBudget = try given.get("budget")
        givenReserve = try given.get("reserve")
        givenQuantum = try given.get("quantum", as: Duration?.self)
        givenMaxRunningJobs = try given.get("given_max_running_jobs")
        givenOthers = try given.get("given_others")
        guard !state.isSuperuser else { return }
        let roles = try session.query(.permittedRoles(names: permittedRoles.sorted()))
        for row in roles {
            let role: String = try row.get("rolname")
            if try row.get("is_sound") {
                soundRoles.insert(role)
            } else if permittedRoles.contains(role) {
                brokenRoles.insert(role)
            }
        }
    }
}

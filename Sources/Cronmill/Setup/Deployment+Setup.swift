internal import Postgres

extension Deployment {
    /// Looks at both halves and plans what brings them up to date for one work database; an empty plan says that
    /// nothing has to change.
    ///
    /// What it would do to the processor is tried in transactions that are rolled back, so that a request which
    /// cannot be met is refused before anything is done. A missing privilege is an error of `apply` only.
    ///
    /// - Throws: `CronmillError` where the request cannot be met; `PostgresError`.
    public func planSetup(_ request: SetupRequest, database: String) async throws -> Plan {
        let cron = try await with(connectCron()) { connection in
            try await connection.run { session in
                let state = try CronState.inspect(session, sqlFiles, isStrict: true)
                try state.check()
                try Plan.checkOwner(state.owner, user: state.user, schema: "cronmill_cron", database: state.database)
                return try CronInspection(state: state, session: session, database: database)
            }
        }
        var plan = Plan()
        let work = try await with(connectWork(database)) { connection in
            try await connection.run { session in
                let state = try WorkState.inspect(session, sqlFiles, isStrict: true)
                try Plan.checkOwner(state.owner, user: state.user, schema: "cronmill", database: state.database)
                return try WorkInspection(state: state, session: session, request: request.processor)
            }
        }
        try plan.installCron(cron, files: sqlFiles, request: request)
        let registry = plan.steps
        try plan.installWork(work, cron: cron, files: sqlFiles, request: request)
        if let processor = request.processor {
            guard processor.queue != nil || work.state.isInstalled else { throw CronmillError.notSetUp(database) }
            // What is missing of the processor is said before what is wrong with its role.
            var change = Plan()
            try change.setProcessor(processor, work: work)
            var permission = Plan()
            try permission.permit(processor, work: work, cron: cron)
            plan.append(permission)
            plan.append(change)
            guard !permission.isEmpty || !change.isEmpty, let name = work.processor?.name ?? processor.name?.text else {
                return plan
            }
            let rehearsal = Rehearsal(
                cron: cron,
                work: work,
                processors: [name],
                registry: registry,
                permission: permission.steps,
                change: change.steps,
                all: plan.steps
            )
            do {
                try await rehearse(rehearsal)
            } catch let error as CronmillError {
                // Somebody else may be allowed to run the script.
                plan.obstacle = error
            }
        }
        return plan
    }

    /// Plans the change of an existing processor.
    ///
    /// An operator may change settings: what is wrong with them is then said when the plan is applied, and the change
    /// is one statement.
    ///
    /// - Throws: `CronmillError` where there is no such processor; `PostgresError`.
    public func planConfigure(_ request: ProcessorRequest, database: String) async throws -> Plan {
        if let plan = try await planAsOperator(request, database: database) { return plan }
        var setup = SetupRequest()
        setup.processor = request
        return try await bypassingLink(planSetup(setup, database: database), of: database)
    }

    /// The change of settings by a role that does not own our schema; nil for its owner.
    private func planAsOperator(_ request: ProcessorRequest, database: String) async throws -> Plan? {
        try await with(connectWork(database)) { connection in
            try await connection.run { session in
                let state = try WorkState.inspect(session)
                guard let owner = state.owner, owner != state.user, request.handler == nil, request.runAs == nil,
                    request.query.results == nil, request.query.resultType == nil
                else {
                    return nil
                }
                return try session.asking(.operator, of: database) {
                    let known = try session.one(
                        "select has_column_privilege('cronmill.processor', 'slots', 'update') as is_operator"
                    )
                    let row = try ProcessorRow.find(request, session: session)
                    guard try known.get("is_operator") else {
                        throw CronmillError.lacking(
                            .operator,
                            PostgresError(
                                kind: .server,
                                message: "permission denied for table processor",
                                sqlState: .insufficientPrivilege,
                                database: database
                            ),
                            role: state.user,
                            database: database
                        )
                    }
                    guard let row else {
                        let names: [String] = try session.query(
                            "select p.name from cronmill.processor as p order by p.name"
                        )
                        .map { try $0.get("name") }
                        throw CronmillError.unknownProcessor(request.name?.text ?? "", in: [database], known: names)
                    }
                    var plan = Plan()
                    plan.changeSettings(of: row, request, in: database)
                    return plan
                }
            }
        }
    }

    /// Holds off other set-ups of the instance while `body` goes: two at once would plan from the same state.
    public func whileSettingUp<Value>(_ body: () async throws -> Value) async throws -> Value {
        try await with(connectCron()) { connection in
            try await connection.execute("select pg_advisory_lock(1668443502, 0)")
            return try await body()
        }
    }
}

/// What setup has to know of the cron database.
struct CronInspection: Sendable {
    var state: CronState
    /// The work database's row, if it is registered.
    var isRegistered = false
    var registeredLinkRole: String?
    var permittedRoles: Set<String> = []
    var givenMaxRunningJobs: Int?
    var givenOthers: Int?
    var runAsFunctionsOf: Set<String> = []

    init(state: CronState, session: Session, database: String) throws {
        self.state = state
        guard state.isInstalled else { return }
        if let row = try session.query(
            """
            select w.link_role, array(
                select a.role_name from cronmill_cron.run_as as a where a.work_database_id = w.work_database_id
            ) as roles
            from cronmill_cron.work_database as w
            where w.name = \(database)
            """
        ).first {
            isRegistered = true
            registeredLinkRole = try row.get("link_role")
            permittedRoles = Set(try row.get("roles", as: [String].self))
        }
        let given = try session.one(
            "select i.given_max_running_jobs, i.given_others from cronmill_cron.installation as i"
        )
        givenMaxRunningJobs = try given.get("given_max_running_jobs")
        givenOthers = try given.get("given_others")
        runAsFunctionsOf = Set(
            try session.query(
                """
                select distinct p.proname from pg_catalog.pg_proc as p
                join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
                where n.nspname = 'cronmill_run_as'
                """
            ).map { try $0.get("proname") }
        )
    }
}

/// What setup has to know of a work database.
struct WorkInspection: Sendable {
    var state: WorkState
    /// The handler as the catalog knows it, if one was asked for.
    var handler: HandlerFunction?
    /// What is generated of a query processor, if the request is about one.
    var query: QueryHandler?
    var queueExists = false
    /// The processor's row, if it exists.
    var processor: ProcessorRow?
    /// All processors, by name.
    var processors: [String] = []

    init(state: WorkState, session: Session, request: ProcessorRequest?) throws {
        self.state = state
        if state.isInstalled { try session.execute("select cronmill.assert_original()") }
        guard let request else { return }
        if let path = request.searchPath { try session.check(path) }
        if state.isInstalled {
            if let queue = request.queue {
                queueExists = try !session.query("select from cronmill.queue as q where q.name = \(queue.text)").isEmpty
            }
            processor = try ProcessorRow.find(request, session: session)
            processors = try session.query("select p.name from cronmill.processor as p order by p.name")
                .map { try $0.get("name") }
        }
        query = try QueryHandler.find(request, row: processor, session: session)
        if let query {
            handler = query.function
        } else if let text = request.handler ?? processor?.handler {
            handler = try HandlerFunction.find(text, session: session)
        }
    }
}

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
        let cron = try await inCron { session in
            let state = try CronState.inspect(session, sqlFiles, isStrict: true)
            try state.check()
            try Plan.checkOwner(state.owner, user: state.user, schema: "cronmill_cron", database: state.database)
            var inspection = try CronInspection(state: state, session: session, database: database)
            if let half = state.half { inspection.mustDrop = try Half.cron(sqlFiles).mustDrop(half, session) }
            return inspection
        }
        var plan = Plan()
        let work = try await inWork(database) { session in
            let state = try WorkState.inspect(session, sqlFiles, isStrict: true)
            try Plan.checkOwner(state.owner, user: state.user, schema: "cronmill", database: state.database)
            var inspection = try WorkInspection(state: state, session: session, request: request.processor)
            inspection.isPooled = try session.isPooled
            if let processor = request.processor {
                let role = processor.runAs ?? inspection.processor?.runAs ?? state.user
                let slots = processor.slots ?? inspection.processor.flatMap { Int($0.text(of: "slots")) } ?? 1
                inspection.unfitDefaults = try UnfitDefault.all([role: slots], session)
            }
            if let half = state.half {
                let wanted = try Half.work(sqlFiles, isLinked: database != cronDatabase)
                inspection.mustDrop = try wanted.mustDrop(half, session)
                if half.fingerprint != wanted.fingerprint {
                    inspection.outdated = try ProcedureState.all(session).sorted { $0.key < $1.key }
                        .compactMap { name, state in state.renewal.map { (name, $0) } }
                }
            }
            return inspection
        }
        try plan.installCron(cron, files: sqlFiles, request: request)
        let registry = plan.steps
        try plan.installWork(work, cron: cron, files: sqlFiles, request: request)
        for unfit in work.unfitDefaults { plan.remark("role \"\(unfit.role)\": \(unfit.text); \(unfit.remedy)") }
        if work.isPooled, !work.state.isInstalled {
            plan.remark(
                "The connection to database \"\(database)\" goes through a pooler; only cronmill process needs the server "
                    + "itself (--host, --port)."
            )
        }
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
            plan.obstacle = try await obstacle(to: rehearsal)
        } else if (request.budget ?? request.reserve) != nil || request.quantum != nil {
            plan.obstacle = try await obstacle(toRegistry: registry)
        }
        return request.linkHost == nil ? try await bypassingLink(plan, of: database) : plan
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
        var plan = try await planSetup(setup, database: database)
        if let isWanted = request.searchesPayloads, let name = request.name?.text {
            plan.append(try await planSearchIndexes(isWanted, of: [name], in: database))
        }
        return plan
    }

    /// The change of settings by a role that does not own our schema; nil for its owner.
    private func planAsOperator(_ request: ProcessorRequest, database: String) async throws -> Plan? {
        try await inWork(database) { session in
            let state = try WorkState.inspect(session)
            guard let owner = state.owner, owner != state.user, request.handler == nil, request.runAs == nil,
                request.query.results == nil, request.query.resultType == nil, request.searchesPayloads == nil
            else {
                return nil
            }
            return try RolePart.operator.needed(of: database, session) {
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

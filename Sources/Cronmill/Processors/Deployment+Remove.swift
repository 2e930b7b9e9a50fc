internal import Postgres

/// What is to be removed from a work database.
public enum Removal: Sendable, Hashable {
    /// A processor; its queue and tasks stay.
    case processor(String)
    /// A queue with its tasks, and its processor if it has one.
    case queue(String)
    /// All of Cronmill in the database.
    case everything
}

extension Deployment {
    /// The number of tasks, dead ones and finished ones that are kept included, that a removal would drop.
    ///
    /// - Throws: `CronmillError` for a name that is not there; `PostgresError`.
    public func tasksDropped(by removal: Removal, in database: String) async throws -> Int {
        guard try await hasWorkHalf(database) else { return 0 }
        return try await inWork(database) { session in
            let queue: String?
            switch removal {
            case .processor: return 0
            case .queue(let name):
                try Queue.check(name, session)
                queue = name
            case .everything: queue = nil
            }
            return try session.one(
                """
                select (select count(*) from cronmill.task as t where t.queue_id = any (w.queue_ids))
                    + (select count(*) from cronmill.dead_task as d where d.queue_id = any (w.queue_ids))
                    + (select count(*) from cronmill.done_task as d where d.queue_id = any (w.queue_ids)) as total
                from (
                    select array(
                        select q.queue_id from cronmill.queue as q where \(queue)::text is null or q.name = \(queue)
                    ) as queue_ids
                ) as w
                """
            ).get("total")
        }
    }

    /// Plans a removal. Jobs are unscheduled first; what is dropped is dropped in the same commit.
    ///
    /// - Throws: `CronmillError` for a name that is not there; `PostgresError`.
    public func planRemove(_ removal: Removal, in database: String) async throws -> Plan {
        var plan = Plan()
        let indexes: Plan
        switch removal {
        case .processor(let name):
            _ = try await processors([name], in: database)
            indexes = try await planSearchIndexes(false, of: [name], in: database)
            plan.dropProcessor(name, keeping: try await resultTables([name], in: database), in: database)
            let templates = try await recurringNames(ofProcessor: name, in: database)
            if !templates.isEmpty {
                plan.remark(
                    "Recurring templates of its queue stay, and nothing fires them until it has a processor: \(templates)"
                )
            }
        case .queue(let name):
            let processor: String? = try await inWork(database) { session in
                guard try WorkState.glance(session).isInstalled else { throw CronmillError.notSetUp(database) }
                try Queue.check(name, session)
                try StoredTakeOver.checkNone(of: name, session)
                return try session.query(
                    """
                    select p.name from cronmill.processor as p
                    join cronmill.queue as q on q.queue_id = p.queue_id where q.name = \(name)
                    """
                ).first.map { try $0.get("name") }
            }
            if let processor {
                plan.dropProcessor(
                    processor,
                    keeping: try await resultTables([processor], in: database),
                    in: database
                )
            }
            indexes = try await planSearchIndexDrop(ofQueue: name, in: database)
            let templates = try await recurringNames(ofQueue: name, in: database)
            if !templates.isEmpty { plan.remark("Recurring templates of queue \(name) go with it: \(templates)") }
            plan.add(
                "drop queue \(name) with its tasks",
                in: database,
                // What waits for them in graphs has to hear of it.
                """
                select cronmill.cancel(array(
                    select n.task_id from cronmill.node as n
                    where n.queue_id = cronmill.queue_id(\(name)) and n.state in ('waiting', 'ready')))
                """,
                "select cronmill.purge_dead(\(name), interval '0')",
                "delete from cronmill.task as t where t.queue_id = cronmill.queue_id(\(name))",
                "delete from cronmill.dead_task as t where t.queue_id = cronmill.queue_id(\(name))",
                "delete from cronmill.done_task as t where t.queue_id = cronmill.queue_id(\(name))",
                "delete from cronmill.failed_attempt as a where a.queue_id = cronmill.queue_id(\(name))",
                "delete from cronmill.queue as q where q.name = \(name)"
            )
        case .everything:
            try await planRemoveEverything(in: database, &plan)
            return plan
        }
        plan = try await bypassingLink(plan, of: database)
        plan.append(indexes)
        return plan
    }

    /// Ends runs gently before a removal: pauses the processors and waits, as `disable` does.
    ///
    /// - Throws: `CronmillError` if a run does not end in time; the processors then stay paused.
    public func quiet(for removal: Removal, in database: String, wait: Duration? = nil) async throws {
        guard try await hasWorkHalf(database) else { return }
        try await with(connectWork(database)) { connection in
            let condition: SQL =
                switch removal {
                case .processor(let name): "p.name = \(name)"
                case .queue(let name): "q.name = \(name)"
                case .everything: "true"
                }
            let names: [String] = try await connection.query(
                """
                update cronmill.processor as p
                set paused = true, paused_for = case when p.paused then p.paused_for else 'remove' end
                from cronmill.queue as q where q.queue_id = p.queue_id and \(sql: condition)
                returning p.name
                """
            ).map { try $0.get("name") }
            try await waitForRuns(of: names, in: database, on: connection, wait: wait)
        }
    }

    /// Plans the removal of the registry, once no work database is registered.
    ///
    /// - Throws: `CronmillError` if there still is one; `PostgresError`.
    public func planRemoveCron() async throws -> Plan {
        try await inCron { session in
            var plan = Plan()
            guard try CronState.glance(session).isInstalled else { return plan }
            let left: [String] = try session.query(
                "select w.name from cronmill_cron.work_database as w order by w.name"
            ).map { try $0.get("name") }
            guard left.isEmpty else {
                throw CronmillError(
                    .failed,
                    "work databases are still registered: \(left.joined(separator: ", "))",
                    hint: "First: cronmill remove --all --everything",
                    database: cronDatabase
                )
            }
            let madeCron: Bool = try session.one("select i.made_pg_cron from cronmill_cron.installation as i")
                .get("made_pg_cron")
            plan.add(
                "drop the registry",
                in: cronDatabase,
                "select cronmill_cron.keep_house()",
                "drop schema if exists cronmill_run_as cascade",
                "drop schema cronmill_cron cascade"
            )
            if madeCron, try session.one("select count(*) as jobs from cron.job").get("jobs", as: Int.self) == 0 {
                plan.add("drop extension pg_cron, which setup made", in: cronDatabase, "drop extension pg_cron")
            } else if madeCron {
                plan.remark("Extension pg_cron was made by setup and is left: it has jobs of others.")
            }
            return plan
        }
    }

    /// The recurring templates of a queue, or of that of a processor, as a list for people.
    private func recurringNames(
        ofProcessor processor: String? = nil,
        ofQueue queue: String? = nil,
        in database: String
    ) async throws -> String {
        try await inWork(database) { session in
            // What an older version has left has none.
            let isThere: Bool = try session.one("select to_regclass('cronmill.recurring') is not null as is_there")
                .get("is_there")
            guard isThere else { return "" }
            return try session.query(
                """
                select r.name
                from cronmill.recurring as r
                join cronmill.queue as q on q.queue_id = r.queue_id
                left join cronmill.processor as p on p.queue_id = q.queue_id
                where p.name = \(processor) or q.name = \(queue)
                order by r.name collate "C"
                """
            ).map { try $0.get("name", as: String.self) }.joined(separator: ", ")
        }
    }

    private func hasWorkHalf(_ database: String) async throws -> Bool {
        try await workState(database)?.isInstalled ?? false
    }

    private func cronInspection(of database: String) async throws -> CronInspection {
        try await inCron { session in
            var cron = try CronInspection(state: CronState.inspect(session), session: session, database: database)
            cron.dropsSlowly = try cron.isRegistered && Self.dropsSlowly(besides: database, session)
            return cron
        }
    }

    /// What is in a work database; nil if the database itself was dropped, whoever has its name now.
    private func workState(_ database: String) async throws -> WorkState? {
        guard try await !cronInspection(of: database).isReplaced else { return nil }
        do {
            return try await inWork(database) { try WorkState.inspect($0) }
        } catch let error as PostgresError where error.sqlState == .invalidCatalogName {
            return nil
        }
    }

    private func planRemoveEverything(in database: String, _ plan: inout Plan) async throws {
        let cron = try await cronInspection(of: database)
        let state = try await workState(database)
        if state == nil, !cron.isRegistered {
            // Nothing of it is left anywhere: then its name is wrong, and the server says so.
            await (try connectWork(database)).close()
        }
        plan.repairRoles(cron)
        if cron.isRegistered {
            plan.add(
                "unschedule the jobs of database \(database) and strike it out",
                in: cronDatabase,
                "select cronmill_cron.unregister(\(literal: database))"
            )
        }
        if let state, state.isInstalled {
            let madeWrapper: Bool = try await inWork(database) {
                try $0.one("select i.made_postgres_fdw from cronmill.installation as i").get("made_postgres_fdw")
            }
            plan.keep(try await resultTables(nil, in: database))
            let taken = try await inWork(database) { try StoredTakeOver.all($0) }
            for table in taken.filter(\.tableExists).map(\.takeOver.table) {
                plan.remark("Rows inserted into table \(table), which was taken over, stay there from now on.")
            }
            plan.add(
                "drop queues, tasks and processors",
                in: database,
                "drop schema if exists cronmill_processor cascade",
                "drop server if exists cronmill cascade",
                "drop schema cronmill cascade"
            )
            if madeWrapper {
                plan.add(
                    "drop extension postgres_fdw, which setup made",
                    in: database,
                    "drop extension if exists postgres_fdw"
                )
            }
        }
        if state != nil, cron.dropsSlowly {
            plan.remark(
                "DROP DATABASE waits for a housekeeper's run with this pg_cron, up to a minute. To drop it at once, in database "
                    + "\"\(cronDatabase)\": select cron.alter_job(jobid, active := false) from cron.job where jobname in "
                    + "('cronmill watch', 'cronmill house'); and after it: cronmill sync --all"
            )
        }
        var role = cron.registeredLinkRole
        if role == nil, let state, state.isInstalled {
            // A copy that was never adopted carries the name of the original's role.
            let isOwn = try await inWork(database) { try WorkState.isOriginal($0) }
            role = isOwn && state.isLinked == true ? LinkRole.name(for: database) : nil
        }
        if let role {
            let home = state == nil ? cronDatabase : database
            plan.add("drop the link's role", in: home, "drop role if exists \(identifier: role)")
        }
    }
}

extension Plan {
    mutating func dropProcessor(_ name: String, keeping tables: [String], in database: String) {
        add(
            "unschedule and drop processor \(name)",
            in: database,
            "delete from cronmill.processor where name = \(name)",
            "drop procedure if exists cronmill_processor.\(identifier: name)(integer, bigint)",
            "drop function if exists cronmill_processor.\(identifier: name)(\(unsafeRaw: ProcessorRoutines.callArguments))"
        )
        guard !tables.isEmpty else { return }
        add(
            "drop the handler of query processor \(name)",
            in: database,
            "drop function if exists cronmill_processor.\(identifier: name)(jsonb)"
        )
        keep(tables)
    }
}

extension Deployment {
    /// Whether DROP DATABASE will wait for a housekeeper: of PostgreSQL 15 and later with pg_cron before 1.6.3, of whose
    /// version the third number cannot be seen, and where housekeepers go on for another database.
    private static func dropsSlowly(besides database: String, _ session: Session) throws -> Bool {
        try session.one(
            """
            select current_setting('server_version_num')::integer >= 150000
                and exists (select from pg_extension as e where e.extname = 'pg_cron' and e.extversion ~ '^1\\.[45]')
                and exists (select from cronmill_cron.work_database as w where w.name <> \(database)) as slowly
            """
        ).get("slowly")
    }
}

internal import Postgres

extension Deployment {
    /// Looks at an installation of PartitionCache and plans to take it over: a query processor for each row of its
    /// configuration, triggers that forward new fragments, the end of the old jobs, and moving the fragments that wait.
    ///
    /// - Throws: `CronmillError` where there is none, or where it cannot be taken over, saying why; `PostgresError`.
    public func planAdopt(_ request: PartitionCacheRequest, database: String) async throws -> AdoptPlan {
        let configs = try await configs(request, database: database)
        let stored = try await with(connectWork(database)) { try await $0.run { try $0.adoptions() } }
        var plan = AdoptPlan(database: database)
        for config in configs {
            try await adopt(config, request, stored.first { $0.adoption.source?.name == config.name }, &plan)
        }
        let names = configs.map(\.name)
        for job in try await otherJobs(than: names, database: database) {
            plan.remarks.append("Job \"\(job)\" is left alone.")
        }
        plan.remarks.append(
            "A fragment that is asked for again while it waits gains priority as before, up to 9, which is the highest."
        )
        return plan
    }

    private func adopt(
        _ config: PartitionCacheConfig,
        _ request: PartitionCacheRequest,
        _ stored: StoredAdoption?,
        _ plan: inout AdoptPlan
    ) async throws {
        let database = plan.database
        let (types, adoption, resultType) = try await with(connectWork(database)) { connection in
            try await connection.run { session in
                let types = try config.queueTable(session)
                return (types, try config.adoption(of: types), try config.resultType(types, request, session))
            }
        }
        let jobs = try await oldJobs(of: config.name, database: database)
        let (schedule, remark) = try config.schedule(hasSeconds: try await hasSeconds())
        let results = "\(Identifier(types.schema).quoted).\(Identifier(config.resultTable).quoted)"
        var setup = SetupRequest()
        if stored == nil {
            var processor = ProcessorRequest()
            processor.queue = try ObjectName(config.name, of: "queue")
            processor.query.results = results
            processor.query.resultType = resultType
            processor.query.resultLimit = config.resultLimit.map { .at($0) } ?? .unbounded
            processor.slots = config.slots
            processor.schedule = schedule
            processor.timeout = .seconds(config.timeout)
            processor.runAs = request.runAs ?? roles(of: jobs)
            if types.schema != "public" {
                processor.searchPath = try SearchPath(userText: "\(Identifier(types.schema).quoted), public, pg_temp")
            }
            setup.processor = processor
        }
        let steps = try await planSetup(setup, database: database).subtracting(Set(plan.setup.steps))
        plan.setup.append(steps)
        plan.setup.obstacle = plan.setup.obstacle ?? steps.obstacle
        if stored?.isForwarded != true {
            plan.attach.append(try adoption.attached(types, jobs: jobs.map(\.job), in: database))
        }
        plan.retire(config, jobs.map(\.job), cronDatabase)
        if stored.map({ !$0.isFinished && $0.adoption.source?.wasEnabled == true }) ?? config.isEnabled {
            plan.enable.add(
                "enable processor \(config.name)",
                in: database,
                "update cronmill.processor set enabled = true where name = \(config.name) and not enabled"
            )
        }
        plan.tables.append(try await counted(adoption, types, in: database))
        plan.remark(config, remark, results: results, hasJobs: !jobs.isEmpty || stored != nil)
    }

    /// The rows of the configuration that are asked for.
    private func configs(_ request: PartitionCacheRequest, database: String) async throws -> [PartitionCacheConfig] {
        let inCron = try await with(connectCron()) { connection in
            try await connection.run {
                try PartitionCacheConfig.find(prefix: request.prefix, target: database, session: $0)
            }
        }
        let inWork =
            database == cronDatabase
            ? nil
            : try await with(connectWork(database)) { connection in
                try await connection.run {
                    try PartitionCacheConfig.find(prefix: request.prefix, target: database, session: $0)
                }
            }
        let all = inCron.configs + (inWork?.configs ?? [])
        if all.isEmpty, let refusal = inCron.refusal ?? inWork?.refusal { throw refusal }
        let places = cronDatabase == database ? "\"\(database)\"" : "\"\(cronDatabase)\" and \"\(database)\""
        guard !all.isEmpty else {
            throw CronmillError(
                .failed,
                "no configuration of PartitionCache is about database \"\(database)\"",
                detail: "Tables \(request.prefix ?? "*")_processor_config of databases \(places) were looked for.",
                database: database
            )
        }
        let tables = Set(all.map { "\($0.table) of database \"\($0.database)\"" })
        guard tables.count == 1 else {
            throw CronmillError(
                .failed,
                "there are several configurations of PartitionCache: \(tables.sorted().joined(separator: ", "))",
                hint: "Say which, by what its name begins with: --prefix PREFIX",
                database: database
            )
        }
        for name in request.names where !all.contains(where: { $0.name == name }) {
            throw CronmillError(
                .failed,
                "the configuration has no job_name \"\(name)\"",
                hint: "There is: \(all.map(\.name).joined(separator: ", ")).",
                database: database
            )
        }
        let asked = request.names.isEmpty ? all : all.filter { request.names.contains($0.name) }
        for config in asked {
            let others = all.filter { $0.queuePrefix == config.queuePrefix && $0.name != config.name }
            guard others.isEmpty else {
                throw CronmillError(
                    .failed,
                    "\(([config] + others).map { "\"\($0.name)\"" }.sorted().joined(separator: " and ")) work off one queue, \"\(config.queuePrefix)\"",
                    detail: "Which of them did a fragment was chance; a queue has at most one processor.",
                    hint: "Delete the rows of \(config.table) that are not to go on.",
                    database: database
                )
            }
        }
        return asked
    }

    /// Whether `N seconds` schedules are known here; tried in a transaction that is rolled back.
    private func hasSeconds() async throws -> Bool {
        try await with(connectCron()) { connection in
            try await connection.run { session in
                do {
                    return try session.tryOut([]) {
                        try session.execute("select cron.schedule('cronmill probe', '1 second', 'select 1')")
                        return true
                    }
                } catch let error as PostgresError where error.sqlState == .invalidParameterValue {
                    return false
                }
            }
        }
    }

    /// The jobs of a row of the configuration, and whether their roles are superusers.
    private func oldJobs(of name: String, database: String) async throws -> [(job: OldJob, isSuperuser: Bool)] {
        try await with(connectCron()) { connection in
            try await connection.query(
                """
                select j.jobid, j.jobname, j.username, j.schedule, j.command, j.active,
                    coalesce((select r.rolsuper from pg_catalog.pg_roles as r where r.rolname = j.username), false) as is_superuser
                from cron.job as j
                where \(sql: PartitionCacheConfig.areJobs(of: name, in: database))
                order by j.jobid
                """
            ).map { row in
                let job = try OldJob(
                    id: row.get("jobid"),
                    name: row.get("jobname"),
                    role: row.get("username"),
                    schedule: row.get("schedule"),
                    command: row.get("command"),
                    isActive: row.get("active")
                )
                return (job, try row.get("is_superuser"))
            }
        }
    }

    /// The role the old jobs run as, if it is one, and none that a handler may not run as.
    private func roles(of jobs: [(job: OldJob, isSuperuser: Bool)]) -> String? {
        let roles = Set(jobs.filter { !$0.isSuperuser }.map(\.job.role))
        return roles.count == 1 && !jobs.contains(where: \.isSuperuser) ? roles.first : nil
    }

    /// Names of other jobs of PartitionCache in a database, as far as their commands tell.
    private func otherJobs(than names: [String], database: String) async throws -> [String] {
        try await with(connectCron()) { connection in
            var known: SQL = "false"
            for name in names {
                known = "\(sql: known) or \(sql: PartitionCacheConfig.areJobs(of: name, in: database))"
            }
            return try await connection.query(
                """
                select coalesce(j.jobname::text, concat('number ', j.jobid)) as name from cron.job as j
                where j.database in (\(database), \(cronDatabase)) and strpos(j.command, 'partitioncache_') > 0
                    and not (\(sql: known))
                order by 1
                """
            ).map { try $0.get("name") }
        }
    }

    /// Waits until no run of the old jobs goes on: to unschedule a job that runs would kill it, or leave it orphaned.
    func waitForRuns(of jobs: [OldJob], in database: String, wait: Duration) async throws {
        guard !jobs.isEmpty else { return }
        let end = ContinuousClock.now + wait
        try await with(connectCron()) { connection in
            // The launcher learns of a changed schedule within a second.
            try await Task.sleep(for: .seconds(2))
            while true {
                let running: [String] = try await connection.query(
                    """
                    select distinct j.jobname::text as name
                    from cron.job as j
                    join pg_catalog.pg_stat_activity as a on a.datname = j.database and a.state <> 'idle'
                        and (
                            (a.query <> '' and starts_with(j.command, a.query))
                            or a.pid in (
                                select d.job_pid
                                from (
                                    select r.jobid, r.job_pid, r.end_time from cron.job_run_details as r
                                    order by r.runid desc limit 1000
                                ) as d
                                where d.jobid = j.jobid and d.end_time is null
                            )
                        )
                    where j.jobid = any (\(jobs.map(\.id))) and a.pid <> pg_backend_pid()
                    order by 1
                    """
                ).map { try $0.get("name") }
                if running.isEmpty { return }
                guard ContinuousClock.now < end else {
                    throw CronmillError(
                        .failed,
                        "runs of \(running.joined(separator: ", ")) have not ended within \(wait.shortText)",
                        detail: "They do not start again; new fragments wait in the new queue.",
                        hint: "Wait longer with --wait; done again, it goes on from here.",
                        database: database
                    )
                }
                try await Task.sleep(for: .milliseconds(250))
            }
        }
    }

    /// Plans to schedule the old jobs as they were.
    func restored(_ source: PartitionCacheSource, of adoption: Adoption, in database: String) async throws -> Plan {
        let isInCron = source.database == cronDatabase
        try await with(isInCron ? connectCron() : connectWork(source.database)) { connection in
            try await connection.run { try $0.checkTrust(in: source.table) }
        }
        let jobs = try await with(connectWork(database)) { connection in
            try await connection.query(
                """
                select b.job_name, b.role_name, b.schedule, b.command, b.active
                from cronmill.adopted_job as b
                join cronmill.adoption as a on a.adoption_id = b.adoption_id
                where a.table_name = \(adoption.table) order by b.job_name
                """
            ).map { row in
                try OldJob(
                    id: 0,
                    name: row.get("job_name"),
                    role: row.get("role_name"),
                    schedule: row.get("schedule"),
                    command: row.get("command"),
                    isActive: row.get("active")
                )
            }
        }
        var plan = Plan()
        plan.add(
            "\(source.wasEnabled ? "enable" : "leave disabled") \(source.name) in \(source.table)",
            in: source.database,
            """
            update \(unsafeRaw: source.table) set enabled = \(source.wasEnabled)
            where job_name = \(source.name) and enabled <> \(source.wasEnabled)
            """
        )
        for job in jobs { plan.add("schedule job \(job.name) again", in: cronDatabase, job.schedules(database)) }
        return plan
    }
}

extension AdoptPlan {
    /// Ends the old processor: its trigger schedules its jobs anew when the row changes, so they are unscheduled after it.
    fileprivate mutating func retire(_ config: PartitionCacheConfig, _ jobs: [OldJob], _ cronDatabase: String) {
        let active = jobs.filter { $0.isActive && $0.schedule != OldJob.never }
        if !active.isEmpty {
            quiesce.add(
                "let jobs of \(config.name) start no more",
                in: cronDatabase,
                statements: active.map { "select cron.alter_job(\($0.id), schedule := \(OldJob.never))" }
            )
        }
        oldJobs += jobs.filter(\.isActive)
        oldTimeout = max(oldTimeout, .seconds(config.timeout))
        guard config.isEnabled || !jobs.isEmpty else { return }
        retire.add(
            "disable \(config.name) in \(config.table)",
            in: config.database,
            "update \(unsafeRaw: config.table) set enabled = false where job_name = \(config.name) and enabled"
        )
        retire.add(
            "unschedule the jobs of \(config.name)",
            in: cronDatabase,
            """
            select cron.unschedule(j.jobid) from cron.job as j
            where \(sql: PartitionCacheConfig.areJobs(of: config.name, in: database))
            """
        )
    }

    fileprivate mutating func remark(
        _ config: PartitionCacheConfig,
        _ schedule: String?,
        results: String,
        hasJobs: Bool
    ) {
        let prefix = config.tablePrefix.isEmpty ? "" : "\(config.tablePrefix)_"
        remarks.append(
            "\(config.name): results go to table \(results); tables \(prefix)cache_* stay as they are and are no longer written."
        )
        if let schedule { remarks.append(schedule) }
        if !config.others.isEmpty {
            remarks.append("\(config.name): without an equivalent: \(config.others.joined(separator: ", ")).")
        }
        if !hasJobs {
            remarks.append(
                "\(config.name): no job \(config.name)_1 or the like was found, or may be seen, in cron.job."
            )
        }
    }
}

extension OldJob {
    /// A day that never comes (ENGINE 26).
    static let never = "0 0 31 2 *"

    /// Schedules it, whatever its trigger has made of it meanwhile.
    fileprivate func schedules(_ database: String) -> SQL {
        let values = [name, schedule, command, database, role].map(\.quotedLiteral)
        let body = """

            declare
                -- Who is no superuser may not name a role, not even the own.
                owner constant text := nullif(\(values[4]), current_user);
                found_id constant bigint := cron.schedule_in_database(
                    \(values[0]), \(values[1]), \(values[2]), \(values[3]), owner);
            begin
                perform cron.alter_job(found_id, \(values[1]), \(values[2]), \(values[3]), null, \(isActive));
            end

            """
        return "do \(literal: body)"
    }
}

extension PartitionCacheConfig {
    /// The table of results: `<table_prefix>_query_result`.
    fileprivate var resultTable: String { tablePrefix.isEmpty ? "query_result" : "\(tablePrefix)_query_result" }

    /// The table of the fragments that wait.
    fileprivate func queueTable(_ session: Session) throws -> AdoptedTable {
        let name = queuePrefix.isEmpty ? "query_fragment_queue" : "\(queuePrefix)_query_fragment_queue"
        let schemas: [String] = try session.query(
            """
            select n.nspname from pg_catalog.pg_class as c
            join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
            where c.relname = \(name) and c.relkind in ('r', 'p', 'v', 'm', 'f')
            order by n.nspname = 'public' desc, n.nspname
            """
        ).map { try $0.get("nspname") }
        guard let schema = schemas.first, schemas.count == 1 || schema == "public" else {
            throw CronmillError(
                .failed,
                schemas.isEmpty
                    ? "table \(name) of \"\(self.name)\" does not exist in database \"\(session.database)\""
                    : "there are several tables \(name), in schemas \(schemas.joined(separator: ", "))",
                database: session.database
            )
        }
        let table = try AdoptedTable.find(schema: schema, name: name, session: session)
        let missing = ["id", "query", "hash", "partition_key", "partition_datatype", "priority"].filter { column in
            !table.columns.contains { $0.name == column }
        }
        guard missing.isEmpty else {
            throw CronmillError(
                .failed,
                "table \(table.quotedName) is no queue of PartitionCache",
                detail: "It lacks \(missing.joined(separator: ", ")).",
                database: session.database
            )
        }
        return table
    }

    /// The whole row is the payload: the names of its columns are those a query processor reads.
    fileprivate func adoption(of table: AdoptedTable) throws -> Adoption {
        var request = AdoptRequest(table: table.quotedName, payload: .row, processor: ProcessorRequest())
        request.id = "id"
        request.priority = "priority"
        var adoption = try request.adoption(of: table, queue: name, database: database)
        adoption.keys = ["partition_key", "hash"]
        adoption.source = PartitionCacheSource(
            table: self.table,
            database: database,
            name: name,
            wasEnabled: isEnabled
        )
        return adoption
    }

    /// The one type of the values of all fragments that wait: a table of results has one.
    fileprivate func resultType(
        _ table: AdoptedTable,
        _ request: PartitionCacheRequest,
        _ session: Session
    ) throws -> String? {
        if let asked = request.resultType { return asked }
        let rows = try session.query(
            """
            select o.partition_datatype::text as type, count(*) as total from \(unsafeRaw: table.quotedName) as o
            where o.partition_datatype <> '' group by 1 order by 1
            """
        )
        let types: [String] = try rows.map { try $0.get("type") }
        guard types.count <= 1 else {
            let counts = try rows.map {
                "\(try $0.get("type", as: String.self)) (\(try $0.get("total", as: Int.self)))"
            }
            throw CronmillError(
                .failed,
                "fragments of table \(table.quotedName) are of several types: \(counts.joined(separator: ", "))",
                detail:
                    "A table of results has values of one type; fragments of another become dead tasks that say so.",
                hint: "Name the type to go on with: --result-type bigint",
                database: session.database
            )
        }
        switch types.first {
        case "integer", "int", nil: return nil
        case "float": return "double precision"
        case "timestamp": return "timestamp"
        case let other: return other
        }
    }
}

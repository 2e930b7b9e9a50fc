internal import Postgres

extension Deployment {
    /// Looks at an installation of PartitionCache and plans to take it over: a query processor for each row of its
    /// configuration, triggers that forward new fragments, the end of the old jobs, and moving the fragments that wait.
    ///
    /// - Throws: `CronmillError` where there is none, or where it cannot be taken over, saying why; `PostgresError`.
    public func planTakeOver(_ request: PartitionCacheRequest, database: String) async throws -> TakeOverPlan {
        let configs = try await configs(request, database: database)
        let stored = try await inWork(database) { try StoredTakeOver.all($0) }
        var plan = TakeOverPlan(database: database)
        for config in configs {
            try await takeOver(config, request, stored.first { $0.takeOver.source?.name == config.name }, &plan)
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

    private func takeOver(
        _ config: PartitionCacheConfig,
        _ request: PartitionCacheRequest,
        _ stored: StoredTakeOver?,
        _ plan: inout TakeOverPlan
    ) async throws {
        let database = plan.database
        let layout = try config.layout(request)
        guard config.name.utf8.count <= 63 || request.queue != nil || stored != nil else {
            throw CronmillError(
                .failed,
                "job_name \"\(config.name)\" is too long for a queue: it has \(config.name.utf8.count) bytes, and 63 is the most",
                hint: "Name the queue: --job \(config.name.shellWord) --queue NAME",
                database: database
            )
        }
        let (types, takeOver, resultType) = try await inWork(database) { session in
            let types = try config.queueTable(session)
            return (
                types, try config.takeOver(of: types, queue: stored?.takeOver.queue ?? request.queue?.text),
                layout == .partitioncache ? nil : try config.resultType(types, request, session)
            )
        }
        let jobs = try await oldJobs(of: config.name, takeOver: takeOver.table, database: database)
        let (schedule, remark) = try config.schedule(hasSeconds: try await hasSeconds())
        let results = config.results(layout, in: types.schema)
        var setup = SetupRequest()
        if stored == nil {
            var processor = ProcessorRequest()
            processor.queue = try ObjectName(takeOver.queue, of: "queue")
            processor.query.results = results
            processor.query.layout = layout
            processor.query.resultType = resultType
            processor.query.resultLimit = config.resultLimit.map { .at($0) } ?? .unbounded
            processor.slots = config.slots
            processor.schedule = schedule
            processor.timeout = .seconds(config.timeout)
            processor.runAs = request.runAs ?? roles(of: jobs)
            processor.searchPath =
                if let asked = request.searchPath { asked } else {
                    try await oldSearchPath(of: jobs, in: types.schema, database: database)
                }
            setup.processor = processor
        }
        let steps = try await planSetup(setup, database: database).subtracting(Set(plan.setup.steps))
        plan.setup.append(steps)
        plan.setup.obstacle = plan.setup.obstacle ?? steps.obstacle
        if stored?.isForwarded != true {
            plan.remember.append(takeOver.noted(jobs.map(\.job), in: database))
            plan.attach.append(try takeOver.attached(types, in: database))
            plan.begun.append(config.name)
        }
        plan.retire(config, jobs.map(\.job), cronDatabase)
        if stored.map({ !$0.isFinished && $0.takeOver.source?.wasEnabled == true }) ?? config.isEnabled {
            plan.enable.add(
                "enable processor \(takeOver.queue)",
                in: database,
                "update cronmill.processor set enabled = true where name = \(takeOver.queue) and not enabled"
            )
        }
        if !request.acceptsFailing, stored?.isForwarded != true { plan.tried.append(takeOver.queue) }
        plan.tables.append(try await counted(takeOver, types, in: database))
        plan.remark(config, remark, layout, results: results, hasJobs: !jobs.isEmpty || stored != nil)
    }

    /// The rows of the configuration that are asked for.
    private func configs(_ request: PartitionCacheRequest, database: String) async throws -> [PartitionCacheConfig] {
        let ofCron = try await inCron {
            try PartitionCacheConfig.find(prefix: request.prefix, target: database, session: $0)
        }
        let ofWork =
            database == cronDatabase
            ? nil
            : try await inWork(database) {
                try PartitionCacheConfig.find(prefix: request.prefix, target: database, session: $0)
            }
        // Its set-up keeps a copy in the work database; that of the cron database, which makes the jobs, counts.
        let copies = Set(ofCron.configs.map(\.table))
        let all = ofCron.configs + (ofWork?.configs ?? []).filter { !copies.contains($0.table) }
        if ofCron.configs.isEmpty, let refusal = ofCron.refusal ?? ofWork?.refusal { throw refusal }
        let searched = cronDatabase == database ? "\"\(database)\"" : "\"\(cronDatabase)\" and \"\(database)\""
        guard !all.isEmpty else {
            throw CronmillError(
                .failed,
                "no configuration of PartitionCache is about database \"\(database)\"",
                detail: "Tables \(request.prefix ?? "*")_processor_config of databases \(searched) were looked for.",
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
        try await inCron { session in
            do {
                return try session.tryOut {
                    try session.execute("select cron.schedule('cronmill probe', '1 second', 'select 1')")
                    return true
                }
            } catch let error as PostgresError where error.sqlState == .invalidParameterValue {
                return false
            }
        }
    }

    /// The role the old jobs run as, if it is one, and none that a handler may not run as.
    private func roles(of jobs: [(job: OldJob, isSuperuser: Bool)]) -> String? {
        let roles = Set(jobs.filter { !$0.isSuperuser }.map(\.job.role))
        return roles.count == 1 && !jobs.contains(where: \.isSuperuser) ? roles.first : nil
    }

}

extension TakeOverPlan {
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
            config.row(isEnabled: false, jobs: "'{}'")
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
        _ layout: QueryRequest.Layout,
        results: String,
        hasJobs: Bool
    ) {
        let prefix = config.tablePrefix.isEmpty ? "" : "\(config.tablePrefix)_"
        remarks.append(
            layout == .partitioncache
                ? "\(config.name): results go to PartitionCache's own tables, \(prefix)cache_* and \(results), as before."
                : "\(config.name): results go to table \(results); tables \(prefix)cache_* stay as they are and are no longer "
                    + "written: for PartitionCache's library the cache goes cold."
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

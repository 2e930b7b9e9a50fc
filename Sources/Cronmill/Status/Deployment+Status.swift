internal import Postgres

extension Deployment {
    /// What every processor of the databases is doing, at this moment.
    ///
    /// Up to eight work databases are asked at once; one that cannot be reached costs its time-out, and delays no other.
    /// Then the cron database judges what they say.
    ///
    /// - Parameters:
    ///   - databases: work databases.
    ///   - processors: names of processors; none is all.
    ///   - behind: from how long a wait on a processor is behind; nil is what the registry's thresholds say.
    /// - Returns: a report even if some databases, or the cron database, cannot be reached.
    /// - Throws: `CancellationError` only.
    public func status(
        databases: [String],
        processors: [String] = [],
        behind: Duration? = nil
    ) async throws -> StatusReport {
        let looks = await forEach(databases) { try await look(at: $0, processors: processors) }
        return try await report(of: looks, processors: processors, behind: behind)
    }

    /// What a work database says of its processors at this moment, for `report`, which judges them.
    ///
    /// - Parameters:
    ///   - database: the work database.
    ///   - processors: names of processors; none is all.
    /// - Returns: what it says, kept as it is.
    /// - Throws: `CronmillError` if it is not set up, or the role is no monitor; `PostgresError`.
    public func look(at database: String, processors: [String] = []) async throws -> WorkLook {
        try await look(at: database, processors: processors, withTimes: false)
    }

    /// The same, with how long tasks waited and took since processors were set up.
    package func look(at database: String, processors: [String] = [], withTimes: Bool) async throws -> WorkLook {
        var asking = self
        asking.answerLimit = Self.lookLimit
        return try await asking.inWork(database) { session in
            var look = WorkLook(states: try Self.processorStates(database, processors, session))
            if withTimes { look.times = try ProcessorTimes.all(session) }
            return look
        }
    }

    /// Has the cron database judge what work databases have said a moment ago.
    ///
    /// - Parameters:
    ///   - looks: what each of them said, or why it could not be asked.
    ///   - processors: names of processors that were asked for; none is all.
    ///   - behind: from how long a wait on a processor is behind; nil is what the registry's thresholds say.
    /// - Returns: a report even if some databases, or the cron database, cannot be reached.
    /// - Throws: `CancellationError` only.
    public func report(
        of looks: [DatabaseResult<WorkLook>],
        processors: [String] = [],
        behind: Duration? = nil
    ) async throws -> StatusReport {
        let facts = looks.flatMap { $0.outcome.map(\.states).found }.map(\.fact)
        let (cron, error) = await cronReport(looks.map(\.database), facts: facts, behind: behind)
        try Task.checkCancellation()
        return report(of: looks, by: cron, error, processors: processors)
    }

    /// The same as `report`, `registeredDatabases`, `alarms`, `processorTotals` and the server of `serverReport`, by a
    /// connection that is kept: for who asks every few seconds.
    ///
    /// - Parameters:
    ///   - looks: what work databases have said.
    ///   - named: the databases whose alarms are meant; nil is all.
    ///   - withSizes: whether sizes of databases are wanted, for which the server looks at all their files.
    /// - Throws: `CancellationError` only.
    package func watch(
        _ looks: [DatabaseResult<WorkLook>],
        named: [String]?,
        withSizes: Bool,
        by registry: RegistryConnection
    ) async throws -> RegistryWatch {
        let (databases, facts) = (looks.map(\.database), looks.flatMap { $0.outcome.map(\.states).found }.map(\.fact))
        do {
            return try await registry.read { session in
                try Self.inRegistry(session, for: .monitor, of: named) {
                    let cron = try CronReport(databases, facts: facts, behind: nil, session)
                    return RegistryWatch(
                        report: report(of: looks, by: cron, nil),
                        registered: try Self.registeredDatabases(session),
                        // Who may not see them is shown the rest.
                        alarms: try? Self.alarms(of: named, session),
                        totals: try? Self.processorTotals(named, session),
                        server: try? ServerState(session, holders: cron.holders),
                        sizes: withSizes ? try? DatabaseSize.all(session) : nil
                    )
                }
            }
        } catch {
            try Task.checkCancellation()
            return RegistryWatch(report: report(of: looks, by: nil, error), registered: nil, alarms: nil, totals: nil)
        }
    }

    private func report(
        of looks: [DatabaseResult<WorkLook>],
        by cron: CronReport?,
        _ error: (any Error)?,
        processors: [String] = []
    ) -> StatusReport {
        let sides = looks.flatMap { $0.outcome.map(\.states).found }
        var report = StatusReport(databases: [], cronError: error)
        if let cron {
            (report.capacity, report.scheduler, report.demand) = (cron.capacity, cron.scheduler, cron.demand)
            report.serverRemarks = cron.serverRemarks
            report.databaseRemarks = cron.databaseRemarks
        }
        report.databases = looks.map { result in
            let outcome = result.outcome.map { look in
                look.states.map { cron.judged($0) }
                    + (cron?.strays(of: result.database, known: look.processors, asked: processors) ?? [])
            }
            return DatabaseResult(database: result.database, outcome: outcome)
        }
        report.databaseRemarks += cron?.snapshotRemarks(sides) ?? []
        report.databaseRemarks += sides.compactMap { side in
            side.recurringFault.map { name in
                "\(side.status.database): recurring template \"\(name)\" has not been fired; "
                    + "cronmill recurring list --database \(side.status.database.shellWord) says why"
            }
        }
        return report
    }

    /// Asks first and looks at what is installed only where that fails: of hundreds of databases one statement each.
    private static func processorStates(
        _ database: String,
        _ processors: [String],
        _ session: Session
    ) throws -> [ProcessorState] {
        do {
            return try RolePart.monitor.needed(of: database, session) {
                try OwnerRights(session).query(
                    """
                    select \(sql: ProcessorState.columns)
                    from cronmill.processor_status as s
                    where cardinality(\(processors)::text[]) = 0 or s.name = any (\(processors)::text[])
                    order by s.name
                    """,
                    columns: ProcessorState.columnTypes
                ).map { try ProcessorState($0, database: database) }
            }
        } catch let error as PostgresError where error.sqlState.map(saysOfSchema.contains) == true {
            guard try WorkState.glance(session).isInstalled else { throw CronmillError.notSetUp(database) }
            throw error
        }
    }

    /// Twice what the largest database is thought to have: what all of them say is kept, and judged together.
    private static let lookLimit = AnswerLimit(bytes: 4 << 20, rows: 2_000)

    /// What is said where nothing is installed, or another version.
    private static let saysOfSchema: Set<SQLState> = [
        .invalidSchemaName, .undefinedTable, .undefinedColumn, .undefinedFunction,
    ]

    private func cronReport(
        _ databases: [String],
        facts: [ProcessorFact],
        behind: Duration?
    ) async -> (report: CronReport?, error: (any Error)?) {
        do {
            let report = try await inRegistry(for: .monitor, of: databases) { session in
                try CronReport(databases, facts: facts, behind: behind, session)
            }
            return (report, nil)
        } catch {
            return (nil, error)
        }
    }
}

extension CronReport {
    /// Processors that only the registry has, whose jobs nobody would see otherwise.
    fileprivate func strays(of database: String, known: [String], asked: [String]) -> [ProcessorStatus] {
        guard visible.contains(database) else { return [] }
        return sides.filter { key, _ in
            key.database == database && !known.contains(key.processor)
                && (asked.isEmpty || asked.contains(key.processor))
        }
        .sorted { $0.key.processor < $1.key.processor }
        .map { key, side in
            var status = ProcessorStatus(
                database: database,
                processor: key.processor,
                queue: "-",
                isEnabled: side.isEnabled,
                isPaused: false,
                slots: side.slots,
                schedule: side.schedule,
                runAs: side.runAs,
                running: 0,
                waiting: 0,
                ready: 0,
                scheduled: 0,
                retrying: 0,
                dead: 0,
                doneLastHour: 0,
                failedLastHour: 0
            )
            status.jobs = side.jobs
            status.activeJobs = side.activeJobs
            status.lastRun = side.lastRun
            status.runsLastHour = side.runsLastHour
            status.failuresLastHour = side.failuresLastHour
            status.verdict = .drifted
            status.reason = "only the registry has it, with \(side.activeJobs) active of \(side.jobs) jobs"
            status.repair = .syncing(database)
            return status
        }
    }
}

extension CronReport? {
    /// The status of a processor with what the cron database adds to it.
    fileprivate func judged(_ work: ProcessorState) -> ProcessorStatus {
        let database = work.status.database
        let isVisible = self?.visible.contains(database) ?? false
        let side = isVisible ? self?.sides[CronReport.Key(database: database, processor: work.status.processor)] : nil
        var status = work.status
        if isVisible {
            // A processor the registry does not know has no job: that is known, too.
            status.jobs = side?.jobs ?? 0
            status.activeJobs = side?.activeJobs ?? 0
            status.runsLastHour = side?.runsLastHour ?? 0
            status.failuresLastHour = side?.failuresLastHour ?? 0
            status.lastRun = side?.lastRun
            status.sleepState = side?.rest?.state
            status.nextDue = status.isEnabled && status.activeJobs != 0 ? side?.nextDue : nil
        }
        var work = work
        work.status = status
        let judgement = Judgement(
            work: work,
            cron: side,
            isVisible: isVisible,
            scheduler: self?.scheduler,
            capacity: self?.capacity
        )
        (status.verdict, status.reason) = judgement.result
        status.repair = judgement.repair
        return status
    }
}

internal import Postgres

/// What is asked of processors that exist.
public enum ProcessorChange: Sendable, Hashable {
    /// Its jobs become active.
    case enable
    /// Its jobs become inactive; without waiting for a run that goes.
    case disable
    /// No slot claims another batch.
    case pause
    /// Slots claim again.
    case resume

    var assignment: SQL {
        switch self {
        // An interrupted `disable` or `remove` has left its own pause.
        case .enable: "enabled = true, paused = paused and paused_for is null"
        case .disable: "enabled = false"
        case .pause: "paused = true, paused_for = null"
        case .resume: "paused = false"
        }
    }

    var alreadySo: SQL {
        switch self {
        case .enable: "p.enabled and p.paused_for is null"
        case .disable: "not p.enabled"
        case .pause: "p.paused and p.paused_for is null"
        case .resume: "not p.paused"
        }
    }

    var title: String {
        switch self {
        case .enable: "enable"
        case .disable: "disable"
        case .pause: "pause"
        case .resume: "resume"
        }
    }
}

extension Deployment {
    /// The processors of a work database among those named; all of them if none is named. A name that is not
    /// there is an error with the nearest name that is.
    ///
    /// - Throws: `CronmillError`; `PostgresError`.
    public func processors(_ names: [String], in database: String) async throws -> [String] {
        try await processors(names, in: database, for: .monitor)
    }

    /// The same, for what takes a part.
    private func processors(_ names: [String], in database: String, for part: RolePart) async throws -> [String] {
        let known = try await processorNames(in: database, for: part)
        for name in names where !known.contains(name) {
            throw CronmillError.unknownProcessor(name, in: [database], known: known)
        }
        return names.isEmpty ? known : names
    }

    /// All processors of a work database, by name.
    ///
    /// - Throws: `CronmillError` where nothing is set up; `PostgresError`.
    public func processorNames(in database: String) async throws -> [String] {
        try await processorNames(in: database, for: .monitor)
    }

    private func processorNames(in database: String, for part: RolePart) async throws -> [String] {
        try await inSetUp(database, for: part) { session in
            try session.query("select p.name from cronmill.processor as p order by p.name").map { try $0.get("name") }
        }
    }

    /// All queues of a work database, by name.
    ///
    /// - Throws: `CronmillError` where nothing is set up; `PostgresError`.
    public func queueNames(in database: String) async throws -> [String] {
        try await inSetUp(database, for: .monitor) { session in
            try session.query("select q.name from cronmill.queue as q order by q.name").map { try $0.get("name") }
        }
    }

    /// The queues of processors, by name; nil, which is all queues, where no processor is named.
    ///
    /// - Throws: `CronmillError` for a name that is not there; `PostgresError`.
    public func queues(of processors: [String], in database: String) async throws -> [String]? {
        guard !processors.isEmpty else { return nil }
        let names = try await self.processors(processors, in: database)
        return try await inSetUp(database, for: .monitor) { session in
            try session.query(
                """
                select q.name from cronmill.processor as p
                join cronmill.queue as q on q.queue_id = p.queue_id
                where p.name = any (\(names)) order by q.name
                """
            ).map { try $0.get("name") }
        }
    }

    /// Plans a change of processors; those it is true of already are left out.
    ///
    /// - Throws: `CronmillError` for a name that is not there; `PostgresError`.
    public func plan(_ change: ProcessorChange, _ names: [String], in database: String) async throws -> Plan {
        let names = try await processors(names, in: database, for: .operator)
        let (already, pauses): (Set<String>, [String: String]) = try await inWork(database) { session in
            let already: [String] = try session.query(
                "select p.name from cronmill.processor as p where \(sql: change.alreadySo)"
            ).map { try $0.get("name") }
            let paused = try session.query(
                "select p.name, p.paused_for from cronmill.processor as p where p.paused_for is not null"
            ).map { row in try (row.get("name", as: String.self), row.get("paused_for", as: String.self)) }
            return (Set(already), Dictionary(paused) { first, _ in first })
        }
        var plan = Plan()
        for name in names where !already.contains(name) {
            let pause = change == .enable ? pauses[name] : nil
            plan.add(
                "\(change.title) processor \(name)"
                    + (pause.map { ", and resume it: a \($0) that did not come to its end had paused it" } ?? ""),
                in: database,
                "update cronmill.processor set \(sql: change.assignment) where name = \(name)"
            )
        }
        switch change {
        case .enable, .disable: return try await bypassingLink(plan, of: database)
        case .pause, .resume: return plan
        }
    }

    /// Of the processors named, all if none is, those that a person has paused.
    ///
    /// - Throws: `PostgresError`.
    public func pausedProcessors(_ names: [String], in database: String) async throws -> [String] {
        try await inSetUp(database, for: .monitor) { session in
            try session.query(
                """
                select p.name from cronmill.processor as p
                where p.paused and p.paused_for is null
                    and (cardinality(\(names)::text[]) = 0 or p.name = any (\(names))) order by p.name
                """
            ).map { try $0.get("name") }
        }
    }

    /// Disables processors the gentle way: pause, wait until their runs have ended by themselves, then deactivate their
    /// jobs, and unpause. Deactivating while a run goes would orphan it or kill it (docs/pg_cron.md, Runs).
    ///
    /// - Parameters:
    ///   - names: processors; none means all of the database.
    ///   - database: the work database.
    ///   - wait: how long to wait; nil is each processor's timeout plus 5 s.
    /// - Returns: the processors that were disabled; the others were so already.
    /// - Throws: `CronmillError` if a run has not ended in time; the processor then stays paused.
    public func disable(_ names: [String], in database: String, wait: Duration? = nil) async throws -> [String] {
        let names = try await processors(names, in: database, for: .operator)
        return try await with(connectWork(database)) { connection in
            let targets = try await connection.query(
                """
                select p.name, p.paused and p.paused_for is null as paused from cronmill.processor as p
                where p.name = any (\(names)) and p.enabled order by p.name
                """
            )
            guard !targets.isEmpty else { return [] }
            let enabled: [String] = try targets.map { try $0.get("name") }
            let paused: [String] = try targets.filter { try $0.get("paused") }.map { try $0.get("name") }
            try await connection.run { session in
                try RolePart.operator.needed(of: database, session) {
                    _ = try session.execute(
                        """
                        update cronmill.processor
                        set paused = true, paused_for = case when paused then paused_for else 'disable' end
                        where name = any (\(enabled))
                        """
                    )
                }
            }
            try await waitForRuns(of: enabled, in: database, on: connection, wait: wait)
            var plan = Plan()
            plan.add(
                "disable",
                in: database,
                """
                update cronmill.processor as p
                set enabled = false, paused = p.name = any (\(paused)) where p.name = any (\(enabled))
                """
            )
            try await apply(bypassingLink(plan, of: database))
            return enabled
        }
    }

    /// Waits until no scheduled slot of the processors is at work.
    func waitForRuns(
        of names: [String],
        in database: String,
        on connection: Connection,
        wait: Duration?
    ) async throws {
        let start = ContinuousClock.now
        let limit: Duration
        if let wait {
            limit = wait
        } else {
            let row = try await connection.query(
                """
                select extract(epoch from max(p.timeout))::double precision as seconds
                from cronmill.processor as p where p.name = any (\(names))
                """
            ).first
            limit = (try row?.get("seconds", as: Duration?.self) ?? .zero) + .seconds(5)
        }
        while true {
            let running: [String] = try await connection.query(
                "select s.name from cronmill.processor_status as s where s.name = any (\(names)) and s.running > 0"
            ).map { try $0.get("name") }
            if running.isEmpty { return }
            guard ContinuousClock.now - start < limit else {
                throw CronmillError(
                    .failed,
                    "a run of \(running.joined(separator: ", ")) has not ended within \(limit.shortText)",
                    detail: "It is paused: no further task is begun.",
                    hint:
                        "Wait longer with --wait, or go on with: cronmill resume "
                        + "\(running.map(\.shellWord).joined(separator: " ")) --database \(database.shellWord)"
                )
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}

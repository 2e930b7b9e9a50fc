internal import Postgres

/// Which runs are to be removed from pg_cron's history.
public struct PruneRequest: Sendable, Hashable {
    /// Of these work databases; nil is all, the housekeepers' runs included.
    public var databases: [String]?
    /// Of these processors; nil is all.
    public var processors: [String]?
    /// Runs that began longer ago. If this and `keep` are nil, what is set for each processor decides.
    public var olderThan: Duration?
    /// Runs beyond so many newest ones of a processor.
    public var keep: Int?
    /// Also runs of jobs that are not ours.
    public var includesOthers = false
    /// Only count.
    public var isRehearsal = false

    /// What is set for each processor decides.
    public init() {}
}

/// What was removed of one processor, or would be.
public struct PrunedProcessor: Sendable, Hashable {
    /// Work database; the cron database for a housekeeper; nil for jobs that are not ours.
    public var database: String?
    /// Processor, or name of the housekeeper; nil for jobs that are not ours.
    public var processor: String?
    /// Runs in pg_cron's history.
    public var runs = 0
    /// Finished tasks that had been kept.
    public var doneTasks = 0
    /// Dead tasks.
    public var deadTasks = 0
    /// Counters of runs, in the work database.
    public var counters = 0

    /// Whether it is nothing.
    public var isEmpty: Bool { runs + doneTasks + deadTasks + counters == 0 }
}

extension Deployment {
    /// Removes runs from pg_cron's history, in transactions of a window of 10,000 each: what is removed when an error or a
    /// cancellation ends it stays removed. Then it vacuums the table, if the role may.
    ///
    /// - Parameters:
    ///   - request: which.
    ///   - onProgress: told after each window of how many are removed so far, and what part of the history is done, 0 to 1.
    /// - Returns: those of which there was something to remove.
    /// - Throws: `CronmillError` if nothing is installed, or for a processor that never had a job; `PostgresError`.
    public func pruneHistory(
        _ request: PruneRequest,
        onProgress: @escaping @Sendable (_ removed: Int, _ part: Double) -> Void = { _, _ in }
    ) async throws -> [PrunedProcessor] {
        try await inRegistry(for: .monitor, of: request.databases) { session in
            try Visibility(session).checkRan(request.processors, in: request.databases)
            try RunHistory(session).checkOwner()
            var pass: String = try session.one(
                """
                select cronmill_cron.begin_prune(
                    \(request.olderThan), \(request.keep), \(request.databases), \(request.processors),
                    \(request.includesOthers), \(request.isRehearsal)
                )::text as pass
                """
            ).get("pass")
            var row: Row
            repeat {
                row = try session.one(
                    """
                    select p.pass::text as text, (p.pass).is_over, (p.pass).removed::text as removed,
                        coalesce((select sum(r.value::bigint) from jsonb_each_text((p.pass).removed) as r), 0) as total,
                        coalesce(1 - ((p.pass).next_runid - (p.pass).floor_runid + 1)::double precision
                            / ((p.pass).first_runid - (p.pass).floor_runid + 1), 1) as part
                    from (select cronmill_cron.prune_window(\(pass)::cronmill_cron.prune_pass) as pass offset 0) as p
                    """
                )
                pass = try row.get("text")
                try onProgress(row.get("total"), row.get("part"))
            } while try !row.get("is_over")
            if try !request.isRehearsal && row.get("total", as: Int.self) > 0 { try RunHistory(session).vacuum() }
            return try session.query(
                """
                select nullif(r.key, '')::jsonb ->> 0 as database_name, nullif(r.key, '')::jsonb ->> 1 as processor, r.value::bigint as runs
                from jsonb_each_text(\(row.get("removed", as: String.self))::jsonb) as r
                order by 1, 2
                """
            ).map { row in
                try PrunedProcessor(
                    database: row.get("database_name"),
                    processor: row.get("processor"),
                    runs: row.get("runs")
                )
            }
        }
    }

    /// Removes finished and dead tasks that have been kept as long as their processors say, and counters of runs older
    /// than seven days, in transactions of 10,000.
    ///
    /// - Parameters:
    ///   - database: the work database.
    ///   - isRehearsal: only count.
    /// - Returns: those of which there was something to remove.
    /// - Throws: `CronmillError` where nothing is set up; `PostgresError`.
    public func pruneTasks(in database: String, isRehearsal: Bool = false) async throws -> [PrunedProcessor] {
        try await inSetUp(database, for: .operator) { session in
            var pruned: [String: PrunedProcessor] = [:]
            var most = 0
            repeat {
                most = 0
                for row in try session.query(
                    """
                    select g.processor, g.done_tasks, g.dead_tasks, g.runs
                    from cronmill.prune_tasks(\(Self.tasksAtOnce), \(isRehearsal)) as g
                    """
                ) {
                    let name: String = try row.get("processor")
                    var one = pruned[name] ?? PrunedProcessor(database: database, processor: name)
                    let (done, dead, runs): (Int, Int, Int) = try (
                        row.get("done_tasks"), row.get("dead_tasks"), row.get("runs")
                    )
                    one.doneTasks += done
                    one.deadTasks += dead
                    one.counters += runs
                    pruned[name] = one
                    most = max(most, done, dead, runs)
                }
            } while !isRehearsal && most > 0
            return pruned.values.filter { !$0.isEmpty }.sorted { ($0.processor ?? "") < ($1.processor ?? "") }
        }
    }
}

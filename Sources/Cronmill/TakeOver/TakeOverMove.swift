internal import Postgres

extension Deployment {
    /// Installs what is missing, makes queues and processors, and from then on forwards new rows; `takeOver` is next.
    ///
    /// - Parameters:
    ///   - plan: what is to be done.
    ///   - wait: how long to wait for the lock by which a trigger is made.
    ///   - onStep: told of each step before it is done.
    /// - Throws: `CronmillError`, `PostgresError`, `CancellationError`.
    public func prepareTakeOver(
        _ plan: TakeOverPlan,
        wait: Duration = .seconds(10),
        onStep: @escaping @Sendable (Plan.Step) -> Void = { _ in }
    ) async throws {
        try await apply(plan.setup, onStep: onStep)
        try await tryFragments(of: plan)
        try await apply(plan.remember, onStep: onStep)
        if plan.oldJobs.isEmpty { try await attach(plan, wait, onStep) }
    }

    private func attach(
        _ plan: TakeOverPlan,
        _ wait: Duration,
        _ onStep: @escaping @Sendable (Plan.Step) -> Void
    ) async throws {
        for part in plan.attach {
            try await patiently(wait, plan.database) { try await apply(part, onStep: onStep) }
        }
    }

    /// Stops the old jobs, each at the end of its run: as long as they go on, one of them always has the table. If that
    /// fails, or the table cannot be had all the same, all is put back as it was.
    private func stopJobs(
        _ plan: TakeOverPlan,
        _ wait: Duration,
        _ onStep: @escaping @Sendable (Plan.Step) -> Void
    ) async throws {
        guard !plan.oldJobs.isEmpty else { return }
        do {
            try await apply(plan.quiesce, onStep: onStep)
            try await waitForRuns(of: plan.oldJobs, in: plan.database, wait: plan.oldTimeout + wait)
            try await attach(plan, wait, onStep)
        } catch {
            guard !plan.begun.isEmpty else { throw error }
            // Not as a part of what may have been cancelled.
            let names = plan.begun
            let database = plan.database
            _ = try await Task { try await undoTakeOver(.partitionCache(names), in: database, onStep: onStep) }.value
            throw error
        }
    }

    /// Takes over what was planned and prepared: ends the old jobs, if there are any, moves the rows, and enables the new
    /// processors. Ended anywhere, it is planned and done again, and goes on from there.
    ///
    /// Rows are moved in transactions of 5,000, each row by one: deleted from the old table and enqueued. Those that a
    /// session has locked at that moment are left for it; they are tried again until `wait` is over.
    ///
    /// - Parameters:
    ///   - plan: what is to be done.
    ///   - wait: how long to wait for rows that others have locked, and longer than their timeout for old jobs.
    ///   - onStep: told of each step before it is done.
    ///   - onProgress: told after each transaction how many rows of a table have been moved.
    /// - Returns: what became of each table's rows.
    /// - Throws: `CronmillError`, `PostgresError`, `CancellationError`.
    public func takeOver(
        _ plan: TakeOverPlan,
        wait: Duration = .seconds(10),
        onStep: @escaping @Sendable (Plan.Step) -> Void = { _ in },
        onProgress: @Sendable (TakeOverResult) -> Void = { _ in }
    ) async throws -> [TakeOverResult] {
        try await stopJobs(plan, wait, onStep)
        try await apply(plan.retire, onStep: onStep)
        var results: [TakeOverResult] = []
        for table in plan.tables {
            results.append(try await move(table, in: plan.database, wait: wait, onProgress))
        }
        try await apply(plan.enable, onStep: onStep)
        try await apply(plan.finish, onStep: { _ in })
        return results
    }

    /// Does something that needs a lock on a table in use: gives up after a second, and tries again after another.
    func patiently(_ wait: Duration, _ database: String, _ body: () async throws -> Void) async throws {
        let end = ContinuousClock.now + wait
        while true {
            do {
                return try await body()
            } catch let error as PostgresError where error.sqlState == .lockNotAvailable {
                guard ContinuousClock.now < end else {
                    throw CronmillError(
                        .failed,
                        "a transaction that has written to the table has not ended within \(wait.shortText)",
                        detail: "The trigger that forwards rows can be made, or dropped, between two of them only.",
                        hint: "Wait longer with --wait, or look for it in pg_stat_activity.",
                        database: database
                    )
                }
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    private func move(
        _ table: TakeOverPlan.Table,
        in database: String,
        wait: Duration,
        _ onProgress: @Sendable (TakeOverResult) -> Void
    ) async throws -> TakeOverResult {
        var result = TakeOverResult(table: table.name, queue: table.queue)
        let end = ContinuousClock.now + wait
        return try await with(connectWork(database)) { connection in
            repeat {
                let before = result.moved
                var after: String?
                var picked = 0
                repeat {
                    let row = try await moveBatch(of: table, after: after, on: connection)
                    after = try row.get("last_id")
                    picked += try row.get("picked")
                    result.moved += try row.get("taken")
                    onProgress(result)
                } while after != nil
                result.unfit = picked - (result.moved - before)
                result.left = try await connection.run { try $0.one(table.takeOver.counts).get("total") }
                guard result.left > result.unfit, ContinuousClock.now < end else { break }
                try await Task.sleep(for: .milliseconds(500))
            } while true
            return result
        }
    }

    private func moveBatch(of table: TakeOverPlan.Table, after: String?, on connection: Connection) async throws -> Row
    {
        let statement = table.takeOver.moves(table.types, limit: Self.rowsAtOnce, after: after)
        return try await retryingSerialization {
            try await connection.run { session in
                try session.transaction(.readCommitted) {
                    let row = try session.one(statement)
                    guard try row.get("taken", as: Int.self) == row.get("gone") else {
                        throw CronmillError(
                            .failed,
                            "rows of table \(table.name) could not be deleted, and so were not moved",
                            hint: "Try again.",
                            database: session.database
                        )
                    }
                    return row
                }
            }
        }
    }

    /// Rows moved in one transaction.
    static var rowsAtOnce: Int { 5_000 }
}

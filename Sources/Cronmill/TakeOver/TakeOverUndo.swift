internal import Postgres

/// Which take-overs.
public enum TakeOverScope: Sendable, Hashable {
    /// That of a table, as typed, schema-qualified.
    case table(String)
    /// Those of PartitionCache: of these names of its configuration, or of all.
    case partitionCache([String])
}

extension Deployment {
    /// Gives tables back what was taken over of them: their processors end their runs and are disabled, the triggers
    /// go, the tasks that still wait, and the dead ones, become rows again, and the old jobs are scheduled as they were. Ended anywhere, it is
    /// done again, and goes on from there. Queues and processors stay.
    ///
    /// - Parameters:
    ///   - scope: which take-overs.
    ///   - database: the work database.
    ///   - wait: how long to wait for the lock by which a trigger is dropped, and longer than a task's timeout for runs.
    ///   - onStep: told of each step before it is done.
    ///   - onProgress: told after each transaction how many tasks have become rows.
    /// - Returns: what became of each table's tasks.
    /// - Throws: `CronmillError` where nothing was taken over; `PostgresError`; `CancellationError`.
    public func undoTakeOver(
        _ scope: TakeOverScope,
        in database: String,
        wait: Duration = .seconds(10),
        onStep: @escaping @Sendable (Plan.Step) -> Void = { _ in },
        onProgress: @Sendable (TakeOverResult) -> Void = { _ in }
    ) async throws -> [TakeOverResult] {
        var results: [TakeOverResult] = []
        for stored in try await takeOvers(scope, in: database) {
            // If it is cut off, and taken over again instead, that is to be enabled as the first time.
            try await apply(stored.reopened(in: database), onStep: { _ in })
            if let processor = stored.processor {
                _ = try await disable([processor], in: database, wait: nil)
            }
            try await patiently(wait, database) {
                try await apply(stored.detached(in: database), onStep: onStep)
            }
            var result = TakeOverResult(table: stored.takeOver.table, queue: stored.takeOver.queue)
            if stored.tableExists {
                result = try await giveBack(stored.takeOver, in: database, onProgress)
            }
            if let source = stored.takeOver.source {
                if let plan = try await restored(source, of: stored.takeOver, in: database) {
                    try await apply(plan, onStep: onStep)
                    try await apply(row(of: source, in: database), onStep: onStep)
                } else {
                    result.remark = Self.removed(source)
                }
            }
            results.append(result)
            guard result.left == 0 else { continue }
            try await apply(stored.forgotten(in: database), onStep: onStep)
        }
        return results
    }

    /// Plans the same, to be printed: all tasks of a table in one transaction, and nothing waited for.
    ///
    /// - Parameters:
    ///   - scope: which take-overs.
    ///   - database: the work database.
    /// - Throws: `CronmillError` where nothing was taken over; `PostgresError`.
    public func planUndoTakeOver(_ scope: TakeOverScope, in database: String) async throws -> Plan {
        var plan = Plan()
        for stored in try await takeOvers(scope, in: database) {
            if let processor = stored.processor {
                plan.append(try await self.plan(.disable, [processor], in: database))
            }
            plan.append(stored.detached(in: database))
            if stored.tableExists {
                let types = try await table(stored.takeOver.table, in: database)
                plan.add(
                    "give the tasks of queue \(stored.takeOver.queue) back to table \(stored.takeOver.table)",
                    in: database,
                    statements: [
                        // Then nobody has locked a task, and both statements are about the same ones.
                        "lock table cronmill.task in share row exclusive mode",
                        stored.takeOver.returns(types),
                        """
                        delete from cronmill.task as t
                        where t.queue_id = cronmill.queue_id(\(stored.takeOver.queue)) and \(sql: stored.takeOver.wasRow("t"))
                        """,
                        stored.takeOver.returns(types, dead: true),
                        """
                        delete from cronmill.dead_task as t
                        where t.queue_id = cronmill.queue_id(\(stored.takeOver.queue)) and \(sql: stored.takeOver.wasRow("t"))
                        """,
                    ]
                )
            }
            if let source = stored.takeOver.source {
                if let jobs = try await restored(source, of: stored.takeOver, in: database) {
                    plan.append(jobs)
                    plan.append(try await row(of: source, in: database))
                } else {
                    plan.remark(Self.removed(source))
                }
            }
            plan.append(stored.forgotten(in: database))
        }
        return plan
    }

    private static func removed(_ source: PartitionCacheSource) -> String {
        "\(source.name) is no longer in \(source.table) of database \(source.database): its jobs are not scheduled again"
    }

    private func takeOvers(_ scope: TakeOverScope, in database: String) async throws -> [StoredTakeOver] {
        try await inWork(database) { session in
            guard try WorkState.glance(session).isInstalled else { throw CronmillError.notSetUp(database) }
            let known = try StoredTakeOver.all(session)
            let asked: [StoredTakeOver]
            switch scope {
            case .table(let text):
                let name: String = try session.one(
                    "select string_agg(quote_ident(p.part), '.') as name from unnest(parse_ident(\(text))) as p (part)"
                ).get("name")
                asked = known.filter { $0.takeOver.table == name }
            case .partitionCache(let names):
                asked = known.filter { stored in
                    stored.takeOver.source.map { names.isEmpty || names.contains($0.name) } ?? false
                }
            }
            guard asked.isEmpty else { return asked }
            throw CronmillError(
                .failed,
                "nothing of that was taken over in database \"\(database)\"",
                hint: known.isEmpty ? nil : "There is: \(known.map(\.takeOver.table).joined(separator: ", ")).",
                database: database
            )
        }
    }

    private func table(_ name: String, in database: String) async throws -> TakenTable {
        try await inWork(database) { try TakenTable.find(name, session: $0) }
    }

    /// Makes rows of the tasks that wait, but for those that a session is doing.
    private func giveBack(
        _ takeOver: TakeOver,
        in database: String,
        _ onProgress: @Sendable (TakeOverResult) -> Void
    ) async throws -> TakeOverResult {
        let types = try await table(takeOver.table, in: database)
        var result = TakeOverResult(table: takeOver.table, queue: takeOver.queue)
        return try await with(connectWork(database)) { connection in
            for dead in [false, true] {
                var after: [String]?
                repeat {
                    let statement = takeOver.returns(types, dead: dead, limit: Self.rowsAtOnce, after: after)
                    let row = try await retryingSerialization {
                        try await connection.run { session in
                            try session.transaction(.readCommitted) {
                                let row = try session.one(statement)
                                let rowIDs: String = try row.get("places")
                                let gone = try session.execute(
                                    "delete from cronmill.\(unsafeRaw: dead ? "dead_task" : "task") as t where t.ctid = any (\(rowIDs)::text::tid[])"
                                )
                                guard try gone == row.get("picked") else {
                                    throw CronmillError(
                                        .failed,
                                        "tasks of queue \"\(takeOver.queue)\" could not be deleted, and so are no rows",
                                        hint: "Try again.",
                                        database: database
                                    )
                                }
                                return row
                            }
                        }
                    }
                    let last: [String] = try row.get("last")
                    after = last.isEmpty ? nil : last
                    result.moved += try row.get("picked")
                    onProgress(result)
                } while after != nil
            }
            result.left = try await connection.run { session in
                try session.one(
                    """
                    select count(*) as total from cronmill.task as t
                    where t.queue_id = cronmill.queue_id(\(takeOver.queue)) and \(sql: takeOver.wasRow("t"))
                    """
                ).get("total")
            }
            return result
        }
    }
}

extension StoredTakeOver {
    /// Takes the trigger away, with its function.
    fileprivate func detached(in database: String) -> Plan {
        var plan = Plan()
        plan.add(
            "let rows inserted into table \(takeOver.table) stay there",
            in: database,
            commits: true,
            "set local lock_timeout = '1s'",
            takeOver.unforwards
        )
        return plan
    }

    fileprivate func reopened(in database: String) -> Plan {
        var plan = Plan()
        plan.add(
            "begin to give back what was taken over of table \(takeOver.table)",
            in: database,
            commits: true,
            "update cronmill.adoption set finished_at = null where table_name = \(takeOver.table)"
        )
        return plan
    }

    fileprivate func forgotten(in database: String) -> Plan {
        var plan = Plan()
        plan.add(
            "forget that table \(takeOver.table) was taken over",
            in: database,
            "delete from cronmill.adoption where table_name = \(takeOver.table)"
        )
        return plan
    }
}

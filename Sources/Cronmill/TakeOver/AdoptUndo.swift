internal import Postgres

/// Which take-overs.
public enum AdoptScope: Sendable, Hashable {
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
    public func undoAdopt(
        _ scope: AdoptScope,
        in database: String,
        wait: Duration = .seconds(10),
        onStep: @escaping @Sendable (Plan.Step) -> Void = { _ in },
        onProgress: @Sendable (AdoptResult) -> Void = { _ in }
    ) async throws -> [AdoptResult] {
        var results: [AdoptResult] = []
        for stored in try await adoptions(scope, in: database) {
            // If it is cut off, and taken over again instead, that is to be enabled as the first time.
            try await apply(stored.reopened(in: database), onStep: { _ in })
            if let processor = stored.processor {
                _ = try await disable([processor], in: database, wait: nil)
            }
            try await patiently(wait, database) {
                try await apply(stored.detached(in: database), onStep: onStep)
            }
            var result = AdoptResult(table: stored.adoption.table, queue: stored.adoption.queue)
            if stored.tableExists {
                result = try await giveBack(stored.adoption, in: database, onProgress)
            }
            if let source = stored.adoption.source {
                if let plan = try await restored(source, of: stored.adoption, in: database) {
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
    public func planUndoAdopt(_ scope: AdoptScope, in database: String) async throws -> Plan {
        var plan = Plan()
        for stored in try await adoptions(scope, in: database) {
            if let processor = stored.processor {
                plan.append(try await self.plan(.disable, [processor], in: database))
            }
            plan.append(stored.detached(in: database))
            if stored.tableExists {
                let types = try await table(stored.adoption.table, in: database)
                plan.add(
                    "give the tasks of queue \(stored.adoption.queue) back to table \(stored.adoption.table)",
                    in: database,
                    statements: [
                        // Then nobody has locked a task, and both statements are about the same ones.
                        "lock table cronmill.task in share row exclusive mode",
                        stored.adoption.returns(types),
                        """
                        delete from cronmill.task as t
                        where t.queue_id = cronmill.queue_id(\(stored.adoption.queue)) and \(sql: stored.adoption.wasRow("t"))
                        """,
                        stored.adoption.returns(types, dead: true),
                        """
                        delete from cronmill.dead_task as t
                        where t.queue_id = cronmill.queue_id(\(stored.adoption.queue)) and \(sql: stored.adoption.wasRow("t"))
                        """,
                    ]
                )
            }
            if let source = stored.adoption.source {
                if let jobs = try await restored(source, of: stored.adoption, in: database) {
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

    private func adoptions(_ scope: AdoptScope, in database: String) async throws -> [StoredAdoption] {
        try await with(connectWork(database)) { connection in
            try await connection.run { session in
                guard try WorkState.inspect(session).isInstalled else { throw CronmillError.notSetUp(database) }
                let known = try session.adoptions()
                let asked: [StoredAdoption]
                switch scope {
                case .table(let text):
                    let name: String = try session.one(
                        "select string_agg(quote_ident(p.part), '.') as name from unnest(parse_ident(\(text))) as p (part)"
                    ).get("name")
                    asked = known.filter { $0.adoption.table == name }
                case .partitionCache(let names):
                    asked = known.filter { stored in
                        stored.adoption.source.map { names.isEmpty || names.contains($0.name) } ?? false
                    }
                }
                guard asked.isEmpty else { return asked }
                throw CronmillError(
                    .failed,
                    "nothing of that was taken over in database \"\(database)\"",
                    hint: known.isEmpty ? nil : "There is: \(known.map(\.adoption.table).joined(separator: ", ")).",
                    database: database
                )
            }
        }
    }

    private func table(_ name: String, in database: String) async throws -> AdoptedTable {
        try await with(connectWork(database)) { try await $0.run { try AdoptedTable.find(name, session: $0) } }
    }

    /// Makes rows of the tasks that wait, but for those that a session is doing.
    private func giveBack(
        _ adoption: Adoption,
        in database: String,
        _ onProgress: @Sendable (AdoptResult) -> Void
    ) async throws -> AdoptResult {
        let types = try await table(adoption.table, in: database)
        var result = AdoptResult(table: adoption.table, queue: adoption.queue)
        return try await with(connectWork(database)) { connection in
            for dead in [false, true] {
                var after: [String]?
                repeat {
                    let statement = adoption.returns(types, dead: dead, limit: Self.rowsAtOnce, after: after)
                    let row = try await retryingSerialization {
                        try await connection.run { session in
                            try session.transaction(.readCommitted) {
                                let row = try session.one(statement)
                                let places: String = try row.get("places")
                                let gone = try session.execute(
                                    "delete from cronmill.\(unsafeRaw: dead ? "dead_task" : "task") as t where t.ctid = any (\(places)::text::tid[])"
                                )
                                guard try gone == row.get("picked") else {
                                    throw CronmillError(
                                        .failed,
                                        "tasks of queue \"\(adoption.queue)\" could not be deleted, and so are no rows",
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
                    where t.queue_id = cronmill.queue_id(\(adoption.queue)) and \(sql: adoption.wasRow("t"))
                    """
                ).get("total")
            }
            return result
        }
    }
}

extension StoredAdoption {
    /// Takes the trigger away, with its function.
    fileprivate func detached(in database: String) -> Plan {
        var plan = Plan()
        plan.add(
            "let rows inserted into table \(adoption.table) stay there",
            in: database,
            commits: true,
            "set local lock_timeout = '1s'",
            adoption.unforwards
        )
        return plan
    }

    fileprivate func reopened(in database: String) -> Plan {
        var plan = Plan()
        plan.add(
            "begin to give back what was taken over of table \(adoption.table)",
            in: database,
            commits: true,
            "update cronmill.adoption set finished_at = null where table_name = \(adoption.table)"
        )
        return plan
    }

    fileprivate func forgotten(in database: String) -> Plan {
        var plan = Plan()
        plan.add(
            "forget that table \(adoption.table) was taken over",
            in: database,
            "delete from cronmill.adoption where table_name = \(adoption.table)"
        )
        return plan
    }
}

internal import Postgres

extension Deployment {
    /// Looks at a queue table made by hand, and plans to take it over: its queue and processor, a trigger that forwards
    /// what producers go on inserting, and moving the rows that wait.
    ///
    /// - Throws: `CronmillError` for a table that cannot be taken over, saying why; `PostgresError`.
    public func planTakeOver(_ request: TakeOverRequest, database: String) async throws -> TakeOverPlan {
        guard let queue = request.processor.queue else {
            throw CronmillError(.usage, "a take-over needs the name of a queue")
        }
        let (table, takeOver, known, hasQueue) = try await inWork(database) { session in
            let table = try TakenTable.find(request.table, session: session)
            let takeOver = try request.takeOver(of: table, queue: queue.text, database: database)
            let isInstalled = try WorkState.glance(session).isInstalled
            let hasQueue =
                try isInstalled
                && !session.query("select from cronmill.queue as q where q.name = \(queue.text)").isEmpty
            return (table, takeOver, try StoredTakeOver.all(session), hasQueue)
        }
        let stored = known.first { $0.takeOver.table == takeOver.table }
        if let stored, !stored.takeOver.isSameMapping(as: takeOver) {
            throw CronmillError(
                .failed,
                "table \(takeOver.table) is taken over already, in another way, into queue \"\(stored.takeOver.queue)\"",
                hint: "Go on as it was begun, or first: cronmill migrate takeover --database \(database.shellWord) "
                    + "--table \(takeOver.table.shellWord) --undo",
                database: database
            )
        }
        var plan = TakeOverPlan(database: database)
        var setup = SetupRequest()
        let asks = ProcessorRequest.asking(for: queue) != request.processor
        guard asks || hasQueue else {
            throw CronmillError(
                .failed,
                "queue \"\(queue)\" does not exist in database \"\(database)\"",
                hint: "Name the function that does its tasks: --handler SCHEMA.FUNCTION",
                database: database
            )
        }
        // Enabled when the rows are there: until then they would be done out of their order.
        if asks {
            setup.processor = request.processor
            setup.processor?.isEnabled = nil
        }
        plan.setup = try await planSetup(setup, database: database)
        if stored?.isForwarded != true { plan.attach.append(try takeOver.attached(table, in: database)) }
        plan.tables.append(try await counted(takeOver, table, in: database))
        if request.processor.isEnabled == true {
            plan.enable.add(
                "enable processor \(request.processor.name?.text ?? queue.text)",
                in: database,
                """
                update cronmill.processor as p set enabled = true
                where p.queue_id = cronmill.queue_id(\(queue.text)) and not p.enabled
                """
            )
        }
        return plan
    }

    /// Counts the rows that wait.
    func counted(_ takeOver: TakeOver, _ types: TakenTable, in database: String) async throws -> TakeOverPlan.Table {
        try await inWork(database) { session in
            let row = try session.one(takeOver.counts)
            return try TakeOverPlan.Table(
                takeOver: takeOver,
                types: types,
                rows: row.get("total"),
                above: row.get("above"),
                below: row.get("below")
            )
        }
    }
}

extension ProcessorRequest {
    /// A request that asks for nothing of a queue.
    fileprivate static func asking(for queue: ObjectName) -> ProcessorRequest {
        var request = ProcessorRequest()
        request.queue = queue
        return request
    }
}

extension TakeOver {
    /// Notes the take-over and makes the trigger, in one transaction of its own.
    ///
    /// The lock on the table waits for transactions that have written to it, and holds up those that come after; so it is
    /// given up after a second, and tried again.
    func attached(_ types: TakenTable, in database: String) throws -> Plan {
        var plan = Plan()
        plan.add(
            "forward rows inserted into table \(table) to queue \(queue)",
            in: database,
            commits: true,
            "set local lock_timeout = '1s'",
            remembered,
            try forwards(payloadType: payload.map(types.type(of:)))
        )
        return plan
    }

    /// Notes the take-over and the old jobs, before those are touched.
    func noted(_ jobs: [OldJob], in database: String) -> Plan {
        var plan = Plan()
        var statements = [remembered]
        for job in jobs {
            statements.append(
                """
                insert into cronmill.adopted_job (adoption_id, job_name, role_name, schedule, command, active)
                select a.adoption_id, \(job.name), \(job.role), \(job.schedule), \(job.command), \(job.isActive)
                from cronmill.adoption as a where a.table_name = \(table)
                on conflict do nothing
                """
            )
        }
        plan.add(
            "note that table \(table) is taken over, and its old jobs",
            in: database,
            commits: true,
            statements: statements
        )
        return plan
    }
}

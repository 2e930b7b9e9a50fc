internal import Postgres
internal import SQLFiles

extension Deployment {
    /// The recurring templates of a work database, by name.
    ///
    /// - Throws: `CronmillError` where nothing is set up, or for a role that may not see them; `PostgresError`.
    public func recurringTemplates(in database: String) async throws -> [RecurringTemplate] {
        try await inSetUp(database, for: .monitor) { try RecurringTemplate.all(nil, $0) }
    }

    /// One recurring template, and its next ticks.
    ///
    /// - Parameters:
    ///   - name: the template's.
    ///   - total: how many ticks.
    ///   - database: the work database.
    /// - Throws: `CronmillError` for one that is not there; `PostgresError`.
    public func recurringTemplate(
        _ name: String,
        ticks total: Int,
        in database: String
    ) async throws -> (template: RecurringTemplate, ticks: [RecurringTemplate.Tick]) {
        try await inSetUp(database, for: .monitor) { session in
            guard let template = try RecurringTemplate.all(name, session).first else {
                throw CronmillError(
                    .failed,
                    "recurring template \"\(name)\" does not exist in database \"\(database)\"",
                    hint: "cronmill recurring list --database \(database.shellWord) says which there are.",
                    database: database,
                    sqlState: .undefinedObject
                )
            }
            let ticks = try session.query(.nextTicks(name: name, total: total)).map { row in
                try RecurringTemplate.Tick(utc: row.get("tick"), local: row.get("local"))
            }
            return (template, ticks)
        }
    }

    /// Makes a recurring template, or changes it to what is asked for: `cronmill.set_recurring`. What stands in the way of
    /// its ticks comes as a warning.
    ///
    /// - Returns: what became of it; one that was the same is left alone.
    /// - Throws: `CronmillError` where nothing is set up, or for a role that may not enqueue to the queue; `PostgresError`
    ///   for what would be refused at each tick.
    public func setRecurring(_ request: RecurringRequest, in database: String) async throws -> RecurringChange {
        try await inSetUp(database, for: .producer(queues: [request.queue.text])) { session in
            try Queue.check(request.queue.text, session)
            return try session.one(request.statement).word("result")
        }
    }

    /// Plans the same, to be printed; it is tried and taken back. An empty plan says that nothing has to change.
    ///
    /// - Throws: as `setRecurring` does.
    public func planRecurring(_ request: RecurringRequest, in database: String) async throws -> Plan {
        try await inSetUp(database, for: .producer(queues: [request.queue.text])) { session in
            try Queue.check(request.queue.text, session)
            let result: String = try session.tryOut { try session.one(request.statement).get("result") }
            var plan = Plan()
            if result != RecurringChange.unchanged.rawValue {
                plan.add("set recurring template \(request.name)", in: database, request.statement)
            }
            return plan
        }
    }

    /// Plans to enable or disable a recurring template; an empty plan says that it is so already. One that is enabled begins
    /// with its next tick.
    ///
    /// - Throws: `CronmillError` where nothing is set up; `PostgresError` for one that is not there, and for a role that may
    ///   not change it.
    public func planSwitch(recurring name: String, enabled: Bool, in database: String) async throws -> Plan {
        try await inSetUp(database, for: .operator) { session in
            let statement: SQL = "select cronmill.switch_recurring(\(name), \(enabled)) as is_changed"
            let isChanged: Bool = try session.tryOut {
                // What it warns of is told when it is done.
                try session.execute("set local client_min_messages = error")
                return try session.one(statement).get("is_changed")
            }
            var plan = Plan()
            if isChanged {
                plan.add("\(enabled ? "enable" : "disable") recurring template \(name)", in: database, statement)
            }
            return plan
        }
    }

    /// Makes a task, or a graph, of a recurring template now, besides its ticks.
    ///
    /// - Returns: what was made; nil where one of it is not done yet, and they may not overlap.
    /// - Throws: as `planSwitch` does.
    public func runRecurring(_ name: String, in database: String) async throws -> RecurringTemplate.Made? {
        try await inSetUp(database, for: .operator) { session in
            let row = try session.one("select r.task_id, r.graph_id from cronmill.run_recurring(\(name)) as r")
            if let id: Int64 = try row.get("graph_id") { return .graph(id) }
            return try row.get("task_id", as: Int64?.self).map { .task($0) }
        }
    }

    /// Plans the same, to be printed.
    ///
    /// - Throws: `CronmillError` where nothing is set up.
    public func planRun(recurring name: String, in database: String) async throws -> Plan {
        try await inSetUp(database, for: .operator) { _ in
            var plan = Plan()
            plan.add(
                "run recurring template \(name)",
                in: database,
                "select r.task_id, r.graph_id from cronmill.run_recurring(\(name)) as r"
            )
            return plan
        }
    }

    /// Plans to remove a recurring template; the tasks that it made stay.
    ///
    /// - Throws: as `planSwitch` does.
    public func planRemove(recurring name: String, in database: String) async throws -> Plan {
        try await inSetUp(database, for: .operator) { session in
            let statement: SQL = "select cronmill.remove_recurring(\(name))"
            _ = try session.tryOut { try session.query(statement) }
            var plan = Plan()
            plan.add("remove recurring template \(name)", in: database, statement)
            return plan
        }
    }
}

extension RecurringRequest {
    var statement: SQL {
        let template: SQL =
            switch self.template {
            case .payload(let text): "jsonb_build_object('payload', \(text)::jsonb)"
            case .envelope(let text): "\(text)::jsonb"
            case .graph(let lines):
                """
                jsonb_build_object('graph', coalesce((
                    select jsonb_agg(l.line::jsonb order by l.number)
                    from regexp_split_to_table(\(lines), E'\\n') with ordinality as l (line, number)
                    where l.line !~ '^\\s*$'
                ), '[]'))
                """
            }
        return """
            select s.result, s.next_at from cronmill.set_recurring(
                name => \(name.text), queue => \(queue.text), schedule => \(schedule.text), template => \(sql: template),
                zone => \(zone), catch_up => \(catchUp.rawValue), catch_up_within => \(catchUpWithin.intervalText)::interval,
                overlap => \(overlap.rawValue), enabled => \(isEnabled)::boolean
            ) as s
            """
    }
}

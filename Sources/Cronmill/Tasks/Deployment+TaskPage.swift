internal import Postgres
internal import SQLFiles

extension Deployment {
    /// Tasks of a work database, a page at a time, each at a cost that does not depend on how many there are: a page looks at
    /// 2,000 tasks at most, or as many as a search by tags or payload finds. Every task that stays is on one page,
    /// whatever comes, goes or dies between two.
    ///
    /// - Throws: `CronmillError` for a queue that is not there, and for keys where the role may not read them;
    ///   `PostgresError` (MC025 for payloads without an index, MC003 for who may not search them).
    public func taskPage(_ request: TaskPageRequest, in database: String) async throws -> TaskPage {
        try await inSetUp(database, for: .monitor) { session in
            if let queue = request.queue { try Queue.check(queue, session) }
            let row = try session.one(
                "select has_column_privilege(\(request.place), 'payload', 'select') as sees_payloads"
            )
            let showsPayloads: Bool = try row.get("sees_payloads")
            guard showsPayloads || request.uniqueKey == nil && request.groupKey == nil else {
                throw CronmillError(
                    .failed,
                    "keys of tasks are visible to operators only",
                    database: database,
                    sqlState: .insufficientPrivilege
                )
            }
            let columns: String = try session.one(
                "select cronmill.task_columns(\(request.state?.rawValue ?? "waiting"), \(showsPayloads)) as columns"
            ).get("columns")
            let rows = try session.query(request.statement(columns: SQL(unsafeRaw: columns)))
            return try TaskPage(rows, request, showsPayloads: showsPayloads, database: database)
        }
    }
}

extension TaskPage {
    fileprivate init(_ rows: [Row], _ request: TaskPageRequest, showsPayloads: Bool, database: String) throws {
        let fitting = try rows.filter { try $0.get("fits") }
        let shown = fitting.prefix(request.limit)
        entries = try shown.map {
            try Entry(task: QueuedTask($0, database: database), isPayloadCut: $0.get("is_cut"))
        }
        self.showsPayloads = showsPayloads
        if fitting.count > request.limit {
            (next, isCut) = (try shown.last.map(TaskPosition.init), false)
        } else if let last = rows.last, try last.get("walked", as: Int.self) == request.most {
            (next, isCut) = (try TaskPosition(last), true)
        } else {
            (next, isCut) = (nil, false)
        }
    }
}

extension TaskPosition {
    fileprivate init(_ row: Row) throws {
        try self.init(
            queue: row.get("queue"),
            level: row.get("level"),
            time: row.get("key"),
            id: row.get("task_id")
        )
    }
}

extension TaskPageRequest {
    /// How many tasks are looked at; where nothing has to fit, no more than are shown.
    fileprivate var most: Int {
        let isAnything =
            state != .scheduled && state != .retrying && sqlState == nil && age == nil && uniqueKey == nil
            && groupKey == nil
        return isAnything ? limit + 1 : max(TaskPage.mostLookedAt, limit + 1)
    }

    private var waits: Bool { state != .dead && state != .done }
    fileprivate var place: String { waits ? "cronmill.task" : "cronmill.\(state?.rawValue ?? "")_task" }

    fileprivate func statement(columns: SQL) -> SQL {
        let times = ["run_at", "enqueued_at", "began_at", "finished_at", "failed_at"].map {
            ServerTime.columns(SQL(unsafeRaw: "t.\($0)"), as: $0)
        }
        return .taskPage(
            state: waits ? state?.rawValue : nil,
            place: waits ? nil : state?.rawValue,
            uniqueKey: uniqueKey,
            groupKey: groupKey,
            sqlState: sqlState,
            age: age,
            most: most,
            // One more says whether there is another page.
            limit: limit + 1,
            walk: walk(columns),
            times: times.joined
        )
    }

    private func walk(_ columns: SQL) -> SQL {
        if !search.isEmpty {
            let arguments: [SQL] =
                [queue.map { "queue => \($0)" }].compactMap { $0 } + search.arguments + [
                    "state => \(state?.rawValue ?? "waiting")", "after_id => \(after?.id ?? 0)", "max_tasks => \(most)",
                ]
            return """
                select row_number() over () as walked, 0 as level, null::text as key, t.*
                from cronmill.find_tasks(\(sql: arguments.joined)) as t
                """
        }
        if waits, let condition = keyCondition {
            return .walkKeys(queue: queue, afterId: after?.id ?? 0, most: most, columns: columns, condition: condition)
        }
        let (beyond, order, key) = order
        return .walkStates(
            queue: queue,
            afterQueue: after?.queue,
            afterLevel: after?.level ?? 0,
            most: most,
            waits: waits ? "true" : "false",
            columns: columns,
            place: SQL(unsafeRaw: place),
            condition: moment,
            beyond: beyond,
            order: order,
            key: key
        )
    }

    /// Where the walk of those that wait ends: the rest of what a state is needs no index.
    private var moment: SQL { state == .ready ? "t.run_at <= statement_timestamp()" : "true" }

    /// Where it begins. Of two conditions on the beginning of an index the server takes one, and tries the other on each
    /// entry: so it is one.
    private var earliest: SQL {
        switch state {
        case .scheduled, .retrying: "statement_timestamp()"
        case nil, .ready, .dead, .done: "'-infinity'"
        }
    }

    /// The index of unique keys is in two parts.
    private var keyCondition: SQL? {
        if let uniqueKey {
            return """
                (t.unique_key = \(uniqueKey) and t.taken_by is null
                    or t.unique_key = \(uniqueKey) and t.taken_by is not null)
                """
        }
        return groupKey.map { "t.group_key = \($0)" }
    }

    /// The order of the walk, within a queue and priority: what is beyond the position, and what makes the position.
    private var order: (beyond: SQL, order: SQL, key: SQL) {
        let (time, id) = (after?.time, after?.id)
        func text(_ column: SQL) -> SQL {
            "to_char(\(sql: column) at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00'"
        }
        return switch state {
        case nil, .ready, .scheduled, .retrying:
            (
                """
                (t.run_at, t.task_id) > (
                    greatest(case when w.is_there then \(time)::timestamptz end, \(sql: earliest)),
                    case when w.is_there then \(id)::bigint else 0 end)
                """, "t.run_at, t.task_id", text("t.run_at")
            )
        case .dead: ("t.task_id > case when w.is_there then \(id)::bigint else 0 end", "t.task_id", "null::text")
        case .done:
            (
                """
                (t.finished_at, t.task_id) < (
                    case when w.is_there then \(time)::timestamptz else 'infinity' end,
                    case when w.is_there then \(id)::bigint else 9223372036854775807 end)
                """, "t.finished_at desc, t.task_id desc", text("t.finished_at")
            )
        }
    }
}

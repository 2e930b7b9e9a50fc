internal import Postgres

extension Deployment {
    /// Tasks of a work database, queue by queue: those that wait in the order in which they are claimed, dead ones by
    /// number, finished ones from the latest on. Without a search no more is read than is returned, but for scheduled
    /// and retrying tasks, which have no order of their own: what waits for later is searched for them; and for a
    /// SQLSTATE, for which all tasks are read until there are enough. Who may not read payloads gets none.
    ///
    /// - Throws: `CronmillError` for a queue that is not there; `PostgresError` (MC025 for payloads without an index,
    ///   MC003 for who may not search them).
    public func tasks(_ filter: TaskFilter = TaskFilter(), in database: String) async throws -> [QueuedTask] {
        try await inSetUp(database, for: .monitor) { session in
            if let queue = filter.queue { try Queue.check(queue, session) }
            return try session.query(filter.statement).map { try QueuedTask($0, database: database) }
        }
    }

    /// One task, wherever it is: waiting, dead, or finished and kept. Who may not read payloads gets none.
    ///
    /// - Returns: nil if there is none with this number: it is done and was not kept, was canceled, or never was.
    /// - Throws: `CronmillError` where nothing is set up; `PostgresError`.
    public func task(_ id: Int64, in database: String) async throws -> QueuedTask? {
        try await inSetUp(database, for: .monitor) { session in
            let seesPayloads: Bool = try session.one(
                "select has_column_privilege('cronmill.task', 'payload', 'select') as sees_payloads"
            ).get("sees_payloads")
            // Waiting tasks last: they have no index by number.
            for source in [TaskSource.dead, .done, .waiting] {
                let rows = try session.query(
                    """
                    select \(sql: source.columns(seesPayloads: seesPayloads))
                    from \(sql: source.table) as t
                    join cronmill.queue as q on q.queue_id = t.queue_id
                    where t.task_id = \(id)
                    """
                )
                guard let row = rows.first else { continue }
                var task = try QueuedTask(row, database: database)
                task.failedAttempts = try QueuedTask.FailedAttempt.all(of: id, session)
                return task
            }
            return nil
        }
    }
}

/// The three tables a task can be in.
private enum TaskSource {
    case waiting
    case dead
    case done

    var table: SQL {
        switch self {
        case .waiting: "cronmill.task"
        case .dead: "cronmill.dead_task"
        case .done: "cronmill.done_task"
        }
    }

    /// The same columns of each; times as seconds, -infinity and infinity included. What can quote payloads is null for who
    /// may not read them.
    func columns(seesPayloads: Bool) -> SQL {
        let quoting: SQL =
            seesPayloads
            ? "t.payload, t.unique_key, t.group_key" : "null as payload, null as unique_key, null as group_key"
        let failure: SQL = """
            \(sql: ServerTime.columns("t.failed_at", as: "failed_at")), t.error_sqlstate, t.error_message,
            \(sql: seesPayloads ? "t.error_detail, t.error_hint, t.error_context" : Self.noDetails)
            """
        let common: SQL = """
            q.name as queue, t.task_id, t.priority, t.attempts, \(sql: quoting), t.tags,
            \(sql: ServerTime.columns("t.run_at", as: "run_at")),
            \(sql: ServerTime.columns("t.enqueued_at", as: "enqueued_at"))
            """
        return switch self {
        case .waiting:
            """
            \(sql: common), \(sql: Self.settings), \(sql: failure),
            case
                when t.run_at <= statement_timestamp() then 'ready' when t.attempts > 0 then 'retrying' else 'scheduled'
            end as state,
            \(sql: ServerTime.columns("t.began_at", as: "began_at")), null as finished_at
            """
        case .dead:
            """
            \(sql: common), \(sql: Self.settings), \(sql: failure),
            'dead' as state, null as began_at, null as finished_at
            """
        case .done:
            """
            \(sql: common), null as timeout, null as max_attempts, null as failed_at, null as error_sqlstate,
            null as error_message, \(sql: Self.noDetails),
            'done' as state, null as began_at, \(sql: ServerTime.columns("t.finished_at", as: "finished_at"))
            """
        }
    }

    private static let noDetails: SQL = "null as error_detail, null as error_hint, null as error_context"
    fileprivate static let settings: SQL =
        "extract(epoch from t.timeout)::double precision as timeout, t.max_attempts"
    fileprivate static let failure: SQL = """
        \(sql: ServerTime.columns("t.failed_at", as: "failed_at")),
        t.error_sqlstate, t.error_message, t.error_detail, t.error_hint, t.error_context
        """
}

extension TaskFilter {
    fileprivate var statement: SQL {
        let times = ["run_at", "enqueued_at", "began_at", "finished_at"].map {
            ServerTime.columns(SQL(unsafeRaw: "t.\($0)"), as: $0)
        }
        let arguments: [SQL] =
            [
                queue.map { "queue => \($0)" }, state.map { "state => \($0.rawValue)" },
                sqlState.map { "failed_with => \($0)" },
            ].compactMap { $0 } + search.arguments + ["max_tasks => \(limit)"]
        return """
            select t.queue_name as queue, t.task_id, t.task_state as state, t.priority, t.attempts, t.payload,
                t.unique_key, t.group_key, t.tags, \(sql: TaskSource.settings), \(sql: TaskSource.failure),
                \(sql: times.joined)
            from cronmill.find_tasks(\(sql: arguments.joined)) as t
            """
    }
}

extension QueuedTask {
    init(_ row: Row, database: String) throws {
        try self.init(
            database: database,
            queue: row.get("queue"),
            id: row.get("task_id"),
            state: row.word("state"),
            priority: row.get("priority"),
            attempts: row.get("attempts"),
            runAt: row.requiredTime("run_at"),
            enqueuedAt: row.requiredTime("enqueued_at"),
            beganAt: row.time("began_at"),
            finishedAt: row.time("finished_at"),
            payload: row.get("payload"),
            uniqueKey: row.get("unique_key"),
            groupKey: row.get("group_key"),
            tags: row.get("tags", as: [String]?.self) ?? [],
            timeout: row.get("timeout", as: Duration?.self),
            maxAttempts: row.get("max_attempts"),
            failure: Failure(row)
        )
    }
}

extension QueuedTask.FailedAttempt {
    fileprivate static func all(of id: Int64, _ session: Session) throws -> [QueuedTask.FailedAttempt] {
        try session.query(
            """
            select a.attempt, a.error_sqlstate, a.error_message, a.run_id,
                \(sql: ServerTime.columns("a.began_at", as: "began_at")),
                \(sql: ServerTime.columns("a.failed_at", as: "failed_at"))
            from cronmill.failed_attempt as a
            where a.task_id = \(id)
            order by a.attempt_id
            """
        ).map { row in
            try QueuedTask.FailedAttempt(
                attempt: row.get("attempt"),
                beganAt: row.time("began_at"),
                failedAt: row.requiredTime("failed_at"),
                sqlState: row.get("error_sqlstate"),
                message: row.get("error_message"),
                run: row.get("run_id")
            )
        }
    }
}

extension QueuedTask.Failure {
    fileprivate init?(_ row: Row) throws {
        guard let sqlState = try row.get("error_sqlstate", as: String?.self) else { return nil }
        try self.init(
            failedAt: row.time("failed_at"),
            sqlState: sqlState,
            message: row.get("error_message", as: String?.self) ?? "",
            detail: row.get("error_detail"),
            hint: row.get("error_hint"),
            context: row.get("error_context")
        )
    }
}

internal import Postgres
internal import SQLFiles

extension Deployment {
    /// Graphs of a work database, the newest first.
    ///
    /// - Throws: `CronmillError` where nothing is set up; `PostgresError`.
    public func graphs(limit: Int = 50, in database: String) async throws -> [TaskGraph] {
        try await inSetUp(database, for: .monitor) { session in
            try session.query(.graphs(id: Int64?.none, limit: limit, times: TaskGraph.times)).map {
                try TaskGraph($0, database: database)
            }
        }
    }

    /// One graph and its tasks, each after those it waits for.
    ///
    /// - Returns: nil if there is none with this number: it was removed, or never was.
    /// - Throws: `CronmillError` where nothing is set up; `PostgresError`.
    public func graph(_ id: Int64, in database: String) async throws -> (graph: TaskGraph, nodes: [TaskGraph.Node])? {
        try await inSetUp(database, for: .monitor) { session in
            try session.transaction {
                guard let row = try session.query(.graphs(id: id, limit: 1, times: TaskGraph.times)).first else {
                    return nil
                }
                let nodes = try session.query(.graphNodes(graphId: id, times: TaskGraph.Node.times))
                return (try TaskGraph(row, database: database), try nodes.map(TaskGraph.Node.init))
            }
        }
    }

    /// Cancels what waits of a graph; what is being done is left alone and not waited for.
    ///
    /// - Throws: `CronmillError` where nothing is set up; `PostgresError` (MC040 if there is no such graph).
    public func cancelGraph(_ id: Int64, in database: String) async throws -> CanceledGraph {
        try await inSetUp(database, for: .operator) { session in
            let row = try session.one("select c.canceled, c.running from cronmill.cancel_graph(\(id)) as c")
            return try CanceledGraph(canceled: row.get("canceled"), running: row.get("running"))
        }
    }

    /// Plans it, to be printed.
    ///
    /// - Throws: `CronmillError` where nothing is set up; `PostgresError`.
    public func planCancelGraph(_ id: Int64, in database: String) async throws -> Plan {
        try await inSetUp(database, for: .operator) { _ in
            var plan = Plan()
            plan.add(
                "cancel graph \(id)",
                in: database,
                "select c.canceled, c.running from cronmill.cancel_graph(\(id)) as c"
            )
            return plan
        }
    }

    /// Puts a graph in, all of it or nothing: JSON lines, an envelope each.
    ///
    /// - Parameters:
    ///   - queue: name of the queue of those tasks that name none.
    ///   - database: the work database.
    ///   - options: what applies to the graph.
    ///   - next: gives bytes of the lines, in pieces of any size, nil at the end. Called on the connection's own
    ///     thread, so it may block.
    /// - Returns: the number of the graph, and how many tasks it has.
    /// - Throws: `InvalidLine`, which names the line that is no envelope; `CronmillError`; `PostgresError`.
    public func enqueueGraph(
        into queue: String,
        database: String,
        options: GraphOptions = GraphOptions(),
        lines next: @escaping @Sendable () throws -> [UInt8]?
    ) async throws -> (id: Int64, tasks: Int) {
        try await inSetUp(database, for: .producer(queues: [queue])) { session in
            try Queue.check(queue, session)
            return try session.transaction { try TaskStream(session).callGraph(next, into: queue, options) }
        }
    }

    /// The graph that a task is of, and what became of it there.
    ///
    /// - Returns: nil for one of no graph, or of one that is not kept any more.
    /// - Throws: `CronmillError` where nothing is set up; `PostgresError`.
    public func graphNode(
        _ id: Int64,
        in database: String
    ) async throws -> (graph: Int64, state: TaskGraph.Node.State)? {
        try await inSetUp(database, for: .monitor) { session in
            let rows = try session.query(
                "select n.graph_id, n.state from cronmill.node as n where n.task_id = \(id)"
            )
            guard let row = rows.first else { return nil }
            return (try row.get("graph_id"), try TaskGraph.Node.State(row))
        }
    }
}

extension TaskGraph {
    fileprivate static let times: SQL = """
        \(sql: ServerTime.columns("g.created_at", as: "created_at")), \(sql: ServerTime.columns("g.ended_at", as: "ended_at")),
        \(sql: ServerTime.columns("g.deadline", as: "deadline"))
        """

    fileprivate init(_ row: Row, database: String) throws {
        let state: State = try row.word("state")
        let held: Int = try row.get("held")
        var counts: [Node.State: Int] = [:]
        for state: Node.State in [.waiting, .ready, .done, .dead, .skipped, .canceled] {
            counts[state] = try row.get(state.rawValue)
        }
        try self.init(
            database: database,
            id: row.get("graph_id"),
            name: row.get("name"),
            queue: row.get("queue"),
            cancelsOnDead: row.get("on_dead", as: String.self) == "cancel",
            state: state == .active && (held > 0 || row.get("error", as: String?.self) != nil) ? .held : state,
            counts: counts,
            held: held,
            createdAt: row.requiredTime("created_at"),
            endedAt: row.time("ended_at"),
            deadline: row.time("deadline"),
            error: row.get("error")
        )
    }
}

extension TaskGraph.Node {
    fileprivate static let times: SQL = """
        \(sql: ServerTime.columns("n.ready_at", as: "ready_at")), \(sql: ServerTime.columns("n.ended_at", as: "ended_at"))
        """

    fileprivate init(_ row: Row) throws {
        let parents: [Int64] = try row.get("parents")
        let wanted: [String] = try row.get("wanted")
        try self.init(
            id: row.get("task_id"),
            ref: row.get("ref"),
            queue: row.get("queue"),
            state: State(row),
            waitsForOne: row.get("join_kind", as: String.self) == "one",
            duration: row.get("seconds", as: Duration?.self),
            readyAt: row.time("ready_at"),
            endedAt: row.time("ended_at"),
            edges: zip(parents, wanted).map { Edge(parent: $0, wanted: $1) }
        )
    }
}

extension TaskGraph.Node.State {
    fileprivate init(_ row: Row) throws {
        self = try row.word("state")
    }
}

internal import Postgres

/// An index by which payloads of a queue are searched, in one of the three tables of tasks: wanted, or not any more.
struct SearchIndex: Sendable, Hashable {
    /// `task`, `dead_task` or `done_task`.
    let table: String
    let queueID: Int
    let isWanted: Bool

    /// `cronmill.assert_searchable` looks for it.
    var name: String { "\(table)_payload_\(queueID)" }

    /// What brings it about; each outside a transaction, and without our `search_path`, so that every name is qualified.
    ///
    /// What a killed build has left is in the way, and searches nothing. `queue_id + 0`, as `cronmill.task_search` asks:
    /// no other index of the queue is then thought to do as well, whatever the statistics say.
    var statements: [SQL] {
        let drop: SQL = "drop index concurrently if exists cronmill.\(identifier: name)"
        guard isWanted else { return [drop] }
        return [
            drop,
            """
            create index concurrently \(identifier: name) on cronmill.\(identifier: table)
            using gin (payload pg_catalog.jsonb_path_ops) with (fastupdate = off)
            where queue_id operator(pg_catalog.+) 0 operator(pg_catalog.=) \(literal: queueID)
            """,
        ]
    }

    /// Those of a queue that are not as they are wanted.
    static func changes(queueID: Int, isWanted: Bool, _ session: Session) throws -> [SearchIndex] {
        try ["task", "dead_task", "done_task"].map { SearchIndex(table: $0, queueID: queueID, isWanted: isWanted) }
            .filter { try !$0.isDone(session) }
    }

    /// Makes it so. Of two at once one builds, and the other waits until that is done.
    func apply(_ connection: Connection) async throws {
        while try await !connection.run({ try step($0) }) { try await Task.sleep(for: .milliseconds(200)) }
    }

    /// Does it, unless another is at it; true if it is so now.
    private func step(_ session: Session) throws -> Bool {
        if try isDone(session) { return true }
        if try isBeingBuilt(session) { return false }
        do {
            for statement in statements { try session.executeAlone(statement) }
        } catch {
            // Another has come first: it is there, or who builds it waited for us to end.
            guard error.sqlState == .duplicateTable || error.sqlState == .deadlockDetected else { throw error }
        }
        return try isDone(session)
    }

    private func isDone(_ session: Session) throws -> Bool {
        let isValid = try session.query(
            """
            select i.indisvalid from pg_index as i join pg_class as c on c.oid = i.indexrelid
            where c.relnamespace = 'cronmill'::regnamespace and c.relname = \(name)
            """
        ).first?.get("indisvalid", as: Bool.self)
        return isWanted ? isValid == true : isValid == nil
    }

    /// As far as it can be seen. Where it cannot, who drops what is unfinished waits for who builds it.
    private func isBeingBuilt(_ session: Session) throws -> Bool {
        try !session.query(
            """
            select from pg_stat_progress_create_index as p join pg_class as c on c.oid = p.index_relid
            where p.datname = current_database() and c.relnamespace = 'cronmill'::regnamespace and c.relname = \(name)
            """
        ).isEmpty
    }
}

extension Deployment {
    /// Plans the indexes by which payloads of processors' queues are searched, or that they are dropped; what is so already
    /// is left out.
    func planSearchIndexes(_ isWanted: Bool, of processors: [String], in database: String) async throws -> Plan {
        try await planSearchIndexes(isWanted, in: database) { session in
            try session.query(
                """
                select q.queue_id, q.name from cronmill.queue as q
                join cronmill.processor as p on p.queue_id = q.queue_id where p.name = any (\(processors)) order by q.name
                """
            )
        }
    }

    /// Plans that those of a queue are dropped.
    func planSearchIndexDrop(ofQueue queue: String, in database: String) async throws -> Plan {
        try await planSearchIndexes(false, in: database) { session in
            try session.query("select q.queue_id, q.name from cronmill.queue as q where q.name = \(queue)")
        }
    }

    private func planSearchIndexes(
        _ isWanted: Bool,
        in database: String,
        _ queues: @Sendable (Session) throws -> [Row]
    ) async throws -> Plan {
        try await inWork(database) { session in
            var plan = Plan()
            for row in try queues(session) {
                let name: String = try row.get("name")
                for index in try SearchIndex.changes(
                    queueID: row.get("queue_id"),
                    isWanted: isWanted,
                    session
                ) {
                    let tasks = ["dead_task": "dead tasks", "done_task": "finished tasks"][index.table] ?? "tasks"
                    plan.add(
                        isWanted
                            ? "index the payloads of \(tasks) of queue \(name), while others go on"
                            : "drop the index of the payloads of \(tasks) of queue \(name)",
                        in: database,
                        index
                    )
                }
            }
            return plan
        }
    }
}

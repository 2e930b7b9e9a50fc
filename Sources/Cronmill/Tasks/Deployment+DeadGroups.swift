internal import Postgres
internal import SQLFiles

/// Dead tasks of a queue that died of the same SQLSTATE.
public struct DeadTaskGroup: Sendable, Hashable {
    /// Some of them that have the same message, too.
    public struct Message: Sendable, Hashable {
        /// The message.
        public var text: String
        /// How many of those looked at.
        public var count: Int
    }

    /// Their queue.
    public var queue: String
    /// SQLSTATE of the last attempt of each.
    public var sqlState: String
    /// How many of those looked at.
    public var count: Int
    /// When the first of them died.
    public var firstAt: ServerTime
    /// When the last did.
    public var lastAt: ServerTime
    /// The most frequent of their messages, three at most.
    public var messages: [Message]
    /// How many messages they have.
    public var messageCount: Int
}

/// Dead tasks by what they died of.
public struct DeadTaskGroups: Sendable, Hashable {
    /// The largest groups, the largest first.
    public var groups: [DeadTaskGroup]
    /// How many tasks were looked at.
    public var lookedAt: Int
    /// How many groups these are of.
    public var total: Int

    /// Of a queue so many tasks are looked at, by number.
    public static let most = 20_000
}

extension Deployment {
    /// Dead tasks of a queue, or of all, by SQLSTATE and message; of each queue the first 20,000 are looked at.
    ///
    /// - Throws: `CronmillError` for a queue that is not there; `PostgresError`.
    public func deadTaskGroups(
        queue: String? = nil,
        limit: Int = 20,
        in database: String
    ) async throws -> DeadTaskGroups {
        try await inSetUp(database, for: .monitor) { session in
            if let queue { try Queue.check(queue, session) }
            let rows = try session.query(
                .deadGroups(
                    queue: queue,
                    most: DeadTaskGroups.most,
                    limit: 3 * limit,
                    first: ServerTime.columns("g.first_at", as: "first_at"),
                    last: ServerTime.columns("g.last_at", as: "last_at")
                )
            )
            var groups: [DeadTaskGroup] = []
            for row in rows {
                if try row.get("place", as: Int.self) == 1 { groups.append(try DeadTaskGroup(row)) }
                groups[groups.count - 1].messages.append(
                    DeadTaskGroup.Message(text: try row.get("error_message"), count: try row.get("alike"))
                )
            }
            return try DeadTaskGroups(
                groups: groups,
                lookedAt: rows.first?.get("looked_at") ?? 0,
                total: rows.first?.get("groups") ?? 0
            )
        }
    }
}

extension DeadTaskGroup {
    /// Without its messages.
    fileprivate init(_ row: Row) throws {
        try self.init(
            queue: row.get("queue"),
            sqlState: row.get("error_sqlstate"),
            count: row.get("total"),
            firstAt: row.requiredTime("first_at"),
            lastAt: row.requiredTime("last_at"),
            messages: [],
            messageCount: row.get("messages")
        )
    }
}

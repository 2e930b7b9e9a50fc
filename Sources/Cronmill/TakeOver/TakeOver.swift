internal import Postgres
internal import SQLFiles

/// A queue table made by hand whose rows go to a queue: a row of `cronmill.adoption`.
struct TakeOver: Sendable, Hashable {
    /// The old table, quoted and schema-qualified.
    var table: String
    var queue: String
    /// Column that identifies a row, and its type as it is written in a statement.
    var id: String
    /// Nil: the whole row is the payload.
    var payload: String?
    var priority: String?
    var runAt: String?
    var created: String?
    var attempts: String?
    /// Columns that make the unique key; rows with the same are one task.
    var keys: [String] = []
    var conditions: [TakeOverCondition] = []
    var ignored: [String] = []
    /// Where PartitionCache's configuration of it is.
    var source: PartitionCacheSource?

    /// The trigger's function, named for the table and cut to 63 bytes with a hash.
    var forwarder: String {
        "forward \(table)".cutToName(hashing: table)
    }

    /// The trigger's function as it is written in a statement.
    var quotedForwarder: String { "cronmill_processor.\(Identifier(forwarder).quoted)" }

    /// Whether rows become the same tasks by both.
    func isSameMapping(as other: TakeOver) -> Bool {
        var (one, two) = (self, other)
        (one.source, two.source) = (nil, nil)
        (one.ignored, two.ignored) = ([], [])
        return one == two
    }
}

/// Rows in which a column has this value, compared as text; nil stands for null.
public struct TakeOverCondition: Sendable, Hashable {
    /// The column, as the catalog has it.
    public var column: String
    /// Its value as text, or nil for null.
    public var value: String?

    /// A condition on a column.
    ///
    /// - Parameters:
    ///   - column: its name, as the catalog has it.
    ///   - value: its value as text; nil for null.
    public init(column: String, value: String?) {
        self.column = column
        self.value = value
    }
}

/// A row of PartitionCache's configuration that was taken over.
struct PartitionCacheSource: Sendable, Hashable {
    /// The table of the configuration, quoted and schema-qualified.
    var table: String
    var database: String
    /// Its `job_name`.
    var name: String
    /// Whether it was enabled before.
    var wasEnabled: Bool
}

/// A row of `cronmill.adoption` with what has become of it.
struct StoredTakeOver: Sendable {
    var takeOver: TakeOver
    /// Whether the rows there were have been moved.
    var isFinished: Bool
    /// Whether the old table is there.
    var tableExists: Bool
    /// Whether its trigger is there and fires.
    var isForwarded: Bool
    /// The processor of the queue, if it has one.
    var processor: String?
}

extension StoredTakeOver {
    /// Refuses to drop a queue that a table's new rows are forwarded to: its producers would get errors.
    static func checkNone(of queue: String, _ session: Session) throws {
        guard
            let table = try all(session).first(where: { $0.takeOver.queue == queue && $0.isForwarded })?.takeOver.table
        else { return }
        throw CronmillError(
            .failed,
            "rows inserted into table \(table) are forwarded to queue \"\(queue)\"",
            hint:
                "First: cronmill migrate takeover --database \(session.database.shellWord) --table \(table.shellWord) --undo",
            database: session.database
        )
    }

    /// The take-overs of this database; none where nothing is set up.
    static func all(_ session: Session) throws -> [StoredTakeOver] {
        guard try WorkState.glance(session).isInstalled else { return [] }
        return try session.query(.adoptions).map { row in
            var takeOver = try TakeOver(
                table: row.get("table_name"),
                queue: row.get("queue"),
                id: row.get("id_column"),
                payload: row.get("payload_column"),
                priority: row.get("priority_column"),
                runAt: row.get("run_at_column"),
                created: row.get("created_column"),
                attempts: row.get("attempts_column"),
                keys: row.get("key_columns"),
                ignored: row.get("ignored_columns")
            )
            let columns: [String] = try row.get("condition_columns")
            let values: [String?] = try row.get("condition_values")
            takeOver.conditions = zip(columns, values).map { TakeOverCondition(column: $0, value: $1) }
            if let name: String = try row.get("config_name", as: String?.self) {
                takeOver.source = try PartitionCacheSource(
                    table: row.get("config_table"),
                    database: row.get("config_database"),
                    name: name,
                    wasEnabled: row.get("was_enabled")
                )
            }
            return try StoredTakeOver(
                takeOver: takeOver,
                isFinished: row.get("is_finished"),
                tableExists: row.get("table_exists"),
                isForwarded: row.get("is_forwarded"),
                processor: row.get("processor")
            )
        }
    }
}

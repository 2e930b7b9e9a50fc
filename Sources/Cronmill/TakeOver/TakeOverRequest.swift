internal import Postgres

/// A queue table made by hand that is to be taken over, and how its rows become tasks.
public struct TakeOverRequest: Sendable, Hashable {
    /// What of a row becomes the payload.
    public enum Payload: Sendable, Hashable {
        /// A column: jsonb, or json or text that is JSON.
        case column(String)
        /// The whole row, as an object with a member per column.
        case row
    }

    /// The table as typed, schema-qualified.
    public var table: String
    /// What becomes the payload.
    public var payload: Payload
    /// Column that identifies a row. Default the primary key. Where the payload is a column, table and id become
    /// the unique key.
    public var id: String?
    /// Column of the priority; what is above 9 becomes 9, and what is below 0 becomes 0.
    public var priority: String?
    /// Column of the time before which a task is not begun. Default that of `created`, or else the time of moving.
    public var runAt: String?
    /// Column of the time a row was made. Default the time of moving.
    public var created: String?
    /// Column of the attempts that have failed.
    public var attempts: String?
    /// Rows that are taken: those in which each column named has one of its values. Default all.
    public var only: [TakeOverCondition] = []
    /// Columns that are given up.
    public var ignored: [String] = []
    /// The queue, and its processor: made if they are missing, and if the handler is named.
    public var processor: ProcessorRequest

    /// A request for a table.
    ///
    /// - Parameters:
    ///   - table: the table as typed, schema-qualified.
    ///   - payload: what of a row becomes the payload.
    ///   - processor: the queue, which has to be named, and what is asked of its processor.
    public init(table: String, payload: Payload, processor: ProcessorRequest) {
        self.table = table
        self.payload = payload
        self.processor = processor
    }
}

extension TakeOverRequest {
    /// The take-over it asks for.
    ///
    /// - Throws: `CronmillError` for columns that are not there, are not what they have to be, or would be lost.
    func takeOver(of table: TakenTable, queue: String, database: String) throws -> TakeOver {
        let mapping = Mapping(table: table, database: database)
        let id = try id.map { try mapping.column($0, "--id") } ?? mapping.primaryKey()
        try mapping.checkKey(id)
        var takeOver = TakeOver(table: table.quotedName, queue: queue, id: id.name)
        if case .column(let name) = payload {
            takeOver.payload = try mapping.column(name, "--payload", oneOf: Mapping.texts).name
        }
        takeOver.priority = try priority.map { try mapping.column($0, "--priority", oneOf: Mapping.numbers).name }
        takeOver.runAt = try runAt.map { try mapping.column($0, "--run-at", oneOf: Mapping.times).name }
        takeOver.created = try created.map { try mapping.column($0, "--created", oneOf: Mapping.times).name }
        takeOver.attempts = try attempts.map { try mapping.column($0, "--attempts", oneOf: Mapping.numbers).name }
        takeOver.conditions = try only.map {
            TakeOverCondition(column: try mapping.column($0.column, "--only").name, value: $0.value)
        }
        takeOver.ignored = try ignored.map { try mapping.column($0, "--ignore").name }.sorted()
        if takeOver.payload != nil { try mapping.checkNothingIsLost(takeOver) }
        return takeOver
    }
}

/// Looks columns up by what the user typed.
private struct Mapping {
    let table: TakenTable
    let database: String

    static let texts: Set = ["jsonb", "json", "text", "varchar", "bpchar"]
    static let numbers: Set = ["int2", "int4", "int8", "numeric", "float4", "float8"]
    static let times: Set = ["timestamptz", "timestamp", "date"]

    func column(_ name: String, _ flag: String, oneOf types: Set<String>? = nil) throws -> TakenTable.Column {
        guard let column = table.columns.first(where: { $0.name == name }) else {
            let names = table.columns.map(\.name)
            throw CronmillError(
                .failed,
                "\(flag) \(name): table \(table.quotedName) has no such column",
                hint: names.nearest(to: name).map { "Did you mean \"\($0)\"?" }
                    ?? "There is: \(names.joined(separator: ", ")).",
                database: database
            )
        }
        guard let types, !types.contains(where: { column.type == "pg_catalog.\($0)" }) else { return column }
        throw CronmillError(
            .failed,
            "\(flag) \(name): the column is of type \(column.type.withoutCatalog)",
            hint: "It has to be one of: \(types.sorted().joined(separator: ", ")).",
            database: database
        )
    }

    func primaryKey() throws -> TakenTable.Column {
        if let column = table.columns.first(where: \.isPrimary) { return column }
        throw CronmillError(
            .failed,
            "table \(table.quotedName) has no primary key of one column",
            hint: "Name a column that identifies a row: --id COLUMN",
            database: database
        )
    }

    func checkKey(_ column: TakenTable.Column) throws {
        let name = Identifier(column.name).quoted
        guard column.isKey, column.isNotNull else {
            throw CronmillError(
                .failed,
                "column \(name) of table \(table.quotedName) does not identify a row",
                detail: "It has to be not null and unique, so that a row is moved once.",
                hint: "alter table \(table.quotedName) alter \(name) set not null, add unique (\(name));",
                database: database
            )
        }
        guard column.isBuiltIn else {
            throw CronmillError(
                .failed,
                "column \(name) of table \(table.quotedName) is of type \(column.type)",
                detail: "Ids are compared where only PostgreSQL's own operators are found.",
                database: database
            )
        }
    }

    /// Refuses columns that nobody has said anything about, and to give up one that a row cannot be made without.
    func checkNothingIsLost(_ takeOver: TakeOver) throws {
        let mapped =
            [
                takeOver.id, takeOver.payload, takeOver.priority, takeOver.runAt, takeOver.created, takeOver.attempts,
            ].compactMap { $0 } + takeOver.fixedColumns.keys
        let left = table.columns.filter { !$0.isGenerated && !mapped.contains($0.name) }
        let lost = left.map(\.name).filter { !takeOver.ignored.contains($0) }
        guard lost.isEmpty else {
            throw CronmillError(
                .failed,
                "columns of table \(table.quotedName) would be lost: \(lost.joined(separator: ", "))",
                hint: "Take the whole row, --payload-row, or give them up: "
                    + lost.map { "--ignore \($0.shellWord)" }.joined(separator: " "),
                database: database
            )
        }
        let needed = left.filter { $0.isNotNull && !$0.hasDefault }.map(\.name)
        guard needed.isEmpty else {
            throw CronmillError(
                .failed,
                "--undo could not make a row without: \(needed.joined(separator: ", "))",
                detail: "They are not null and have no default.",
                hint: "Take the whole row: --payload-row",
                database: database
            )
        }
    }
}

extension String {
    /// The name of a type without the schema everybody knows.
    fileprivate var withoutCatalog: String {
        hasPrefix("pg_catalog.") ? String(dropFirst("pg_catalog.".count)) : self
    }
}

internal import Postgres
internal import SQLFiles

/// A queue table made by hand, as the catalog knows it.
struct TakenTable: Sendable {
    struct Column: Sendable {
        let name: String
        /// Its type, or that its domain is made of: `pg_catalog.int8`, without a length.
        let type: String
        let isNotNull: Bool
        let hasDefault: Bool
        let isGenerated: Bool
        /// Whether a unique index says that it identifies a row.
        let isKey: Bool
        let isPrimary: Bool
        /// Whether its comparisons are found whatever the search_path.
        let isBuiltIn: Bool
    }

    /// Quoted and schema-qualified.
    let quotedName: String
    let schema: String
    let name: String
    let columns: [Column]

    /// The type of a column, as it is written in a statement.
    func type(of column: String) -> String { columns.first { $0.name == column }?.type ?? "pg_catalog.text" }

    /// Finds a table by what the user typed, schema-qualified.
    ///
    /// - Throws: `CronmillError` for what is no table, or one that cannot be taken over, saying why.
    static func find(_ text: String, session: Session) throws -> TakenTable {
        let table = try TableName(text, option: "--table", session)
        return try find(schema: table.schema, name: table.name, session: session)
    }

    /// Finds a table by its names, as the catalog has them.
    ///
    /// - Throws: `CronmillError` for what is no table, or one that cannot be taken over, saying why.
    static func find(schema: String, name: String, session: Session) throws -> TakenTable {
        let quotedName = "\(Identifier(schema).quoted).\(Identifier(name).quoted)"
        guard let row = try session.query(.tableFacts(schema: schema, name: name)).first else {
            let known: [String] = try session.query(
                """
                select c.relname from pg_catalog.pg_class as c
                join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
                where n.nspname = \(schema) and c.relkind = 'r' order by c.relname limit 1000
                """
            ).map { try $0.get("relname") }
            throw CronmillError(
                .failed,
                "table \(quotedName) does not exist in database \"\(session.database)\"",
                hint: known.nearest(to: name).map {
                    "Did you mean \(Identifier(schema).quoted).\(Identifier($0).quoted)?"
                },
                database: session.database
            )
        }
        try refuse(row, quotedName, schema, session)
        let columns = try session.query(.tableFields(tableName: quotedName)).map { row in
            try Column(
                name: row.get("name"),
                type: row.get("type"),
                isNotNull: row.get("is_not_null"),
                hasDefault: row.get("has_default"),
                isGenerated: row.get("is_generated"),
                isKey: row.get("is_key"),
                isPrimary: row.get("is_primary"),
                isBuiltIn: row.get("is_built_in")
            )
        }
        return TakenTable(quotedName: quotedName, schema: schema, name: name, columns: columns)
    }

    /// Refuses what cannot be taken over without something being lost.
    private static func refuse(_ row: Row, _ name: String, _ schema: String, _ session: Session) throws {
        func refusal(_ message: String, _ detail: String?, _ hint: String?) -> CronmillError {
            CronmillError(.failed, message, detail: detail, hint: hint, database: session.database)
        }
        let kind: String = try row.get("relkind")
        let isPartition: Bool = try row.get("relispartition")
        let inherits: Bool = try row.get("inherits")
        let kinds = [
            "p": "a partitioned table", "v": "a view", "m": "a materialized view", "f": "a foreign table",
        ]
        if let found = kinds[kind] ?? (isPartition ? "a partition" : inherits ? "part of an inheritance tree" : nil) {
            throw refusal(
                "\(name) is \(found)",
                "Rows are taken from ordinary tables only, by a trigger that sees each of them.",
                kind == "v" ? "Name the table below it." : nil
            )
        }
        guard try row.get("relpersistence") != "t",
            !["cronmill", "cronmill_cron", "cron", "pg_catalog"].contains(schema)
        else { throw refusal("\(name) is no queue table of an application", nil, nil) }
        guard try row.get("is_owner") else {
            let (owner, me): (String, String) = try (row.get("owner"), row.get("me"))
            throw refusal(
                "table \(name) belongs to role \"\(owner)\"",
                "Only its owner may put the trigger on it that forwards new rows.",
                "Connect as that role, if Cronmill is set up by it, or: alter table \(name) owner to \(Identifier(me).quoted);"
            )
        }
        try TableTrust(session).check(name)
        if try row.get("has_row_security") {
            throw refusal(
                "table \(name) has row security",
                "It would hide rows from role \"\(try row.get("me", as: String.self))\", and they would stay.",
                "Connect as its owner without \"force row level security\", or as a superuser."
            )
        }
        for (column, kind, detail) in [
            (
                "foreign_keys", "foreign key",
                "Rows leave the table, so nothing can refer to them, nor be watched by them."
            ),
            ("triggers", "trigger", "It would fire for rows that are only passing through."),
            ("rules", "rule", "It would rewrite the statements by which rows are moved."),
        ] {
            let names: [String] = try row.get(column)
            guard !names.isEmpty else { continue }
            throw refusal(
                "table \(name) has \(names.count == 1 ? "a \(kind)" : "\(kind)s"): \(names.joined(separator: ", "))",
                detail,
                "Drop \(names.count == 1 ? "it" : "them") first, if the queue can do without."
            )
        }
    }
}

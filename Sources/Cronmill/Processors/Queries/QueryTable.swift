internal import Postgres
internal import SQLFiles

/// A table of query results, as the catalog knows it.
struct QueryTable: Sendable {
    /// Quoted and schema-qualified.
    let quotedName: String
    let exists: Bool
    /// Type of its values, if it is there.
    let existingType: String?

    private static let columns = [
        "query_hash": "text", "partition_key": "text", "query": "text", "row_count": "bigint", "is_cut": "boolean",
        "computed_at": "timestamp with time zone", "took": "interval",
    ]

    private static let partitionCacheColumns = [
        "query_hash": "text", "partition_key": "text", "query": "text", "status": "text",
        "last_seen": "timestamp without time zone",
    ]

    /// Finds it by what the user typed, schema-qualified.
    ///
    /// - Throws: `CronmillError` for a name that is none, a schema that is not there, and a table that has other columns.
    static func find(_ text: String, layout: QueryRequest.Layout, session: Session) throws -> QueryTable {
        let table = try TableName(text, option: "--query-results", session)
        if layout == .partitioncache, table.name != "queries", !table.name.hasSuffix("_queries") {
            throw CronmillError(
                .failed,
                "table \(text) is not called PREFIX_queries",
                detail: "In the layout partitioncache results are in tables PREFIX_cache_KEY beside it.",
                hint:
                    "Name the table of PartitionCache's queries: --query-results \(Identifier(table.schema).quoted).app_cache_queries",
                database: session.database
            )
        }
        let name = try session.one("select format('%I.%I', \(table.schema)::text, \(table.name)::text) as name")
            .get("name", as: String.self)
        guard try !session.query("select from pg_catalog.pg_namespace as n where n.nspname = \(table.schema)").isEmpty
        else {
            throw CronmillError(
                .failed,
                "schema \(Identifier(table.schema).quoted) of table \(name) does not exist",
                hint: "create schema \(Identifier(table.schema).quoted);",
                database: session.database
            )
        }
        let rows = try session.query(
            """
            select
                a.attname, format_type(a.atttypid, null) as type,
                case when n.nspname = 'pg_catalog' then format_type(t.oid, null)
                    when n.nspname is not null then format('%I.%I', n.nspname, t.typname) end as element
            from pg_catalog.pg_attribute as a
            left join pg_catalog.pg_type as t on t.typarray = a.atttypid
            left join pg_catalog.pg_namespace as n on n.oid = t.typnamespace
            where a.attrelid = to_regclass(\(name)) and a.attnum > 0 and not a.attisdropped
            """
        )
        guard !rows.isEmpty else { return QueryTable(quotedName: name, exists: false, existingType: nil) }
        var found: [String: String] = [:]
        var element: String?
        for row in rows {
            let column: String = try row.get("attname")
            found[column] = try row.get("type")
            if column == "result" { element = try row.get("element") }
        }
        let columns = layout == .partitioncache ? partitionCacheColumns : columns
        let wrong = columns.filter { found[$0.key] != $0.value }.map { "\($0.key) \($0.value)" }.sorted()
        guard element != nil || layout == .partitioncache, wrong.isEmpty else {
            throw CronmillError(
                .failed,
                "table \(name) cannot keep results",
                detail:
                    "It lacks \((wrong + (element == nil && layout == .cronmill ? ["result, an array"] : [])).joined(separator: ", ")).",
                hint: "Name one that is not there yet: it is made.",
                database: session.database
            )
        }
        guard try hasKey(name, session: session) else {
            throw CronmillError(
                .failed,
                "table \(name) has no key on (query_hash, partition_key)",
                hint: "alter table \(name) add primary key (query_hash, partition_key);",
                database: session.database
            )
        }
        try checkTrust(in: name, session)
        return QueryTable(quotedName: name, exists: true, existingType: element)
    }

    /// Whether `on conflict (query_hash, partition_key)` has an index to go by.
    private static func hasKey(_ name: String, session: Session) throws -> Bool {
        try session.one(.hasQueryKey(tableName: name)).get("has_key")
    }

    /// The type of the values: that of the table, the one asked for, or bigint.
    ///
    /// - Throws: `CronmillError` for a type that is none, that has no order, or that is not the table's.
    func elementType(asked: String?, session: Session) throws -> String {
        guard let asked else { return existingType ?? "bigint" }
        guard let type = try Self.type(asked, session: session) else {
            throw CronmillError(
                .failed,
                "type \(asked) does not exist in database \"\(session.database)\"",
                hint: "--result-type takes a type such as bigint, text or uuid."
            )
        }
        if let existingType, existingType != type.name {
            throw CronmillError(
                .failed,
                "results of table \(quotedName) are of type \(existingType), not \(type.name)",
                database: session.database
            )
        }
        guard type.isOrdered else {
            throw CronmillError(
                .failed,
                "results cannot be of type \(type.name)",
                detail: "They are kept as an array, distinct and in order: it needs an array type and an order."
            )
        }
        return type.name
    }

    /// A type by what the user typed, as it is written in a statement; nil if there is none.
    private static func type(_ text: String, session: Session) throws -> (name: String, isOrdered: Bool)? {
        do {
            return try session.query(.elementType(typed: text)).first.map { try ($0.get("name"), $0.get("is_ordered")) }
        } catch let error as PostgresError where error.sqlState == .syntaxError {
            return nil
        }
    }
}

extension QueryTable {
    /// Refuses a table of results by which another role could act as the run-as role, or as the one connected.
    ///
    /// - Throws: `CronmillError` for a table with triggers, or of another owner; `PostgresError`.
    static func checkTrust(in table: String, _ session: Session) throws {
        try TableTrust(session).check(table, use: "written")
        guard
            let trigger = try session.query(
                """
                select t.tgname from pg_catalog.pg_trigger as t
                where t.tgrelid = to_regclass(\(table)) and not t.tgisinternal order by t.tgname limit 1
                """
            ).first
        else { return }
        let name: String = try trigger.get("tgname")
        throw CronmillError(
            .failed,
            "table \(table) has trigger \(Identifier(name).quoted)",
            detail: "What it does would be done at every result, as the run-as role.",
            hint: "drop trigger \(Identifier(name).quoted) on \(table);",
            database: session.database
        )
    }
}

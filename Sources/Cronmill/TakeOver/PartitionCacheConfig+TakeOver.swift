internal import Postgres

extension PartitionCacheConfig {
    /// Whose tables results are kept in.
    ///
    /// - Throws: `CronmillError` where the cache would go cold and nobody has said that it may.
    func layout(_ request: PartitionCacheRequest) throws -> QueryRequest.Layout {
        if request.layout == .cronmill || request.resultType != nil { return .cronmill }
        guard backend != "array" else { return .partitioncache }
        throw CronmillError(
            .failed,
            "\"\(name)\" keeps its results in the back end \(backend), which Cronmill does not write",
            detail: "Its library would find no result any more that is computed from now on: the cache goes cold.",
            hint: "To accept that, and read results from a table of Cronmill's own: --result-layout cronmill",
            database: database
        )
    }

    /// The table of results, quoted: `<table_prefix>_queries`, or ours, `<table_prefix>_query_result`.
    func results(_ layout: QueryRequest.Layout, in schema: String) -> String {
        let name = layout == .partitioncache ? "queries" : "query_result"
        let table = tablePrefix.isEmpty ? name : "\(tablePrefix)_\(name)"
        return "\(Identifier(schema).quoted).\(Identifier(table).quoted)"
    }

    /// Enables or disables its row and says which its jobs are. Its own trigger would make the jobs anew, as the role
    /// that is connected: it rests meanwhile, where that role may have it rest.
    func row(isEnabled: Bool, jobs: String) -> SQL {
        PartitionCacheSource(table: table, database: database, name: name, wasEnabled: isEnabled).row(jobs: jobs)
    }

    /// The table of the fragments that wait.
    func queueTable(_ session: Session) throws -> TakenTable {
        let name = queuePrefix.isEmpty ? "query_fragment_queue" : "\(queuePrefix)_query_fragment_queue"
        let schemas: [String] = try session.query(
            """
            select n.nspname from pg_catalog.pg_class as c
            join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
            where c.relname = \(name) and c.relkind in ('r', 'p', 'v', 'm', 'f')
            order by n.nspname = 'public' desc, n.nspname
            """
        ).map { try $0.get("nspname") }
        guard let schema = schemas.first, schemas.count == 1 || schema == "public" else {
            throw CronmillError(
                .failed,
                schemas.isEmpty
                    ? "table \(name) of \"\(self.name)\" does not exist in database \"\(session.database)\""
                    : "there are several tables \(name), in schemas \(schemas.joined(separator: ", "))",
                database: session.database
            )
        }
        let table = try TakenTable.find(schema: schema, name: name, session: session)
        let missing = ["id", "query", "hash", "partition_key", "partition_datatype", "priority"].filter { column in
            !table.columns.contains { $0.name == column }
        }
        guard missing.isEmpty else {
            throw CronmillError(
                .failed,
                "table \(table.quotedName) is no queue of PartitionCache",
                detail: "It lacks \(missing.joined(separator: ", ")).",
                database: session.database
            )
        }
        return table
    }

    /// The whole row is the payload: the names of its columns are those a query processor reads.
    func takeOver(of table: TakenTable, queue: String?) throws -> TakeOver {
        var request = TakeOverRequest(table: table.quotedName, payload: .row, processor: ProcessorRequest())
        request.id = "id"
        request.priority = "priority"
        var takeOver = try request.takeOver(of: table, queue: queue ?? name, database: database)
        takeOver.keys = ["partition_key", "hash"]
        takeOver.source = PartitionCacheSource(
            table: self.table,
            database: database,
            name: name,
            wasEnabled: isEnabled
        )
        return takeOver
    }

    /// The one type of the values of all fragments that wait: a table of results has one.
    func resultType(
        _ table: TakenTable,
        _ request: PartitionCacheRequest,
        _ session: Session
    ) throws -> String? {
        if let asked = request.resultType { return asked }
        var rows = try session.query(
            """
            select o.partition_datatype::text as type, count(*) as total from \(unsafeRaw: table.quotedName) as o
            where o.partition_datatype <> '' group by 1 order by 1
            """
        )
        // Where none waits, or one that does not say, what it has computed tells.
        let metadata = tablePrefix.isEmpty ? "partition_metadata" : "\(tablePrefix)_partition_metadata"
        let known = "\(Identifier(table.schema).quoted).\(Identifier(metadata).quoted)"
        if rows.isEmpty, try session.one("select to_regclass(\(known)) is not null as is_there").get("is_there") {
            rows = try session.query(
                """
                select m.datatype::text as type, count(*) as total from \(unsafeRaw: known) as m group by 1 order by 1
                """
            )
        }
        let types: [String] = try rows.map { try $0.get("type") }
        guard types.count <= 1 else {
            let counts = try rows.map {
                "\(try $0.get("type", as: String.self)) (\(try $0.get("total", as: Int.self)))"
            }
            throw CronmillError(
                .failed,
                "fragments of table \(table.quotedName) are of several types: \(counts.joined(separator: ", "))",
                detail:
                    "A table of results has values of one type; fragments of another become dead tasks that say so.",
                hint: "Name the type to go on with: --result-type bigint",
                database: session.database
            )
        }
        switch types.first {
        case "integer", "int", nil: return nil
        case "float": return "double precision"
        case "timestamp": return "timestamp"
        case let other: return other
        }
    }
}

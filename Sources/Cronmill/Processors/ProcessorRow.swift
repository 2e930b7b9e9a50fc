internal import Postgres

/// A row of `cronmill.processor`, with the texts of what was generated for it.
struct ProcessorRow: Sendable, Hashable {
    var name: String
    var queue: String
    var handler: String
    var runAs: String
    /// What users set, by column (`ProcessorColumn`), as `ProcessorSetting.text` has it.
    var settings: [String: String]
    var procedureText: String?
    var callText: String?
    var query: QueryRow?

    /// The text of the routine with the processor's name and these arguments, as an expression; nil is none.
    private static func text(of arguments: String) -> SQL {
        // With a set clause, or as security definer, the one could not commit, and the other would not find the handler's own.
        """
        (
            select concat(f.prosrc, case when f.prosecdef then 'security definer' end, f.proconfig::text)
            from pg_catalog.pg_proc as f
            join pg_catalog.pg_namespace as n on n.oid = f.pronamespace
            where n.nspname = 'cronmill_processor' and f.proname = p.name
                and pg_catalog.oidvectortypes(f.proargtypes) = \(literal: arguments)
        )
        """
    }

    /// The row a request is about: by the processor's name, or by its queue.
    static func find(_ request: ProcessorRequest, session: Session) throws -> ProcessorRow? {
        try session.query(
            """
            select
                p.name, q.name as queue, p.handler, p.run_as,
                \(sql: ProcessorColumn.all.map(\.expression).joined),
                \(sql: Self.text(of: "integer, bigint")) as procedure_text,
                \(sql: Self.text(of: ProcessorRoutines.callArguments)) as call_text,
                \(sql: QueryRow.columns)
            from cronmill.processor as p
            join cronmill.queue as q on q.queue_id = p.queue_id
            where p.name = \(request.processor?.text) or (\(request.processor?.text)::text is null and q.name = \(request.queue?.text))
            """
        ).first.map { row in
            try ProcessorRow(
                name: row.get("name"),
                queue: row.get("queue"),
                handler: row.get("handler"),
                runAs: row.get("run_as"),
                settings: Dictionary(
                    uniqueKeysWithValues: ProcessorColumn.all.map { try ($0.name, row.get($0.name)) }
                ),
                procedureText: row.get("procedure_text"),
                callText: row.get("call_text"),
                query: QueryRow(row)
            )
        }
    }

    /// A column's value as `ProcessorSetting.text` has it; those of a query processor among them.
    func text(of column: String) -> String { settings[column] ?? query?.text(of: column) ?? "" }

    /// A column's duration.
    func duration(of column: String) -> Duration? { settings[column]?.microseconds }
}

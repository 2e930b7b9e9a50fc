internal import Postgres

/// A row of `cronmill.processor`, with the texts of what was generated for it.
struct ProcessorRow: Sendable, Hashable {
    var name: String
    var queue: String
    var handler: String
    var slots: Int
    var schedule: String
    var linger: String
    var timeout: String
    var maxAttempts: Int
    var backoffBase: String
    var backoffCap: String
    var pollInterval: String
    var isAlone: Bool
    var keepDone: String
    var keepDead: String
    var searchPath: String
    var runAs: String
    var isEnabled: Bool
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
                p.name, q.name as queue, p.handler, p.slots, p.schedule, p.linger, p.max_attempts, p.run_as, p.enabled,
                p.handler_search_path, p.alone,
                concat(floor(extract(epoch from p.timeout) * 1000000)::bigint, ' microseconds') as timeout,
                concat(floor(extract(epoch from p.backoff_base) * 1000000)::bigint, ' microseconds') as backoff_base,
                concat(floor(extract(epoch from p.backoff_cap) * 1000000)::bigint, ' microseconds') as backoff_cap,
                concat(floor(extract(epoch from p.poll_interval) * 1000000)::bigint, ' microseconds') as poll_interval,
                concat(coalesce(floor(extract(epoch from p.keep_done) * 1000000)::bigint, 0), ' microseconds') as keep_done,
                concat(coalesce(floor(extract(epoch from p.keep_dead) * 1000000)::bigint, 0), ' microseconds') as keep_dead,
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
                slots: row.get("slots"),
                schedule: row.get("schedule"),
                linger: row.get("linger"),
                timeout: row.get("timeout"),
                maxAttempts: row.get("max_attempts"),
                backoffBase: row.get("backoff_base"),
                backoffCap: row.get("backoff_cap"),
                pollInterval: row.get("poll_interval"),
                isAlone: row.get("alone"),
                keepDone: row.get("keep_done"),
                keepDead: row.get("keep_dead"),
                searchPath: row.get("handler_search_path"),
                runAs: row.get("run_as"),
                isEnabled: row.get("enabled"),
                procedureText: row.get("procedure_text"),
                callText: row.get("call_text"),
                query: QueryRow(row)
            )
        }
    }
}

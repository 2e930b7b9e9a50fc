internal import Postgres

/// A user's function that does a task, as the catalog knows it.
struct HandlerFunction: Sendable, Hashable {
    /// Quoted and schema-qualified, without arguments.
    let quotedName: String
    /// With arguments: what `to_regprocedure` reads.
    let signature: String
    /// Whether it takes key and attempt number besides the payload.
    let takesTask: Bool
    /// Whether it says how its task ended.
    let returnsOutcome: Bool

    private static let rule =
        "A handler is a function (payload jsonb) or (task_id bigint, payload jsonb, attempt integer) "
        + "returning void or cronmill.outcome."

    /// Finds it by what the user typed: with or without arguments, schema-qualified.
    ///
    /// - Throws: `CronmillError` if there is none, several, or one that cannot be a handler.
    static func find(_ text: String, session: Session) throws -> HandlerFunction {
        let name = String(text.prefix { $0 != "(" })
        let parts: [String]
        do {
            parts = try session.one("select parse_ident(\(name)) as parts").get("parts")
        } catch let error as PostgresError where error.sqlState == .invalidParameterValue {
            throw CronmillError(.failed, "\"\(text)\" is not the name of a function", detail: error.detail, hint: rule)
        }
        guard parts.count == 2 else {
            throw CronmillError(
                .failed,
                "handler \(text) is not schema-qualified",
                detail: "It is called from a procedure whose search_path must not decide what is run.",
                hint: "Name its schema: --handler "
                    + (try schemas(of: name, session).map { "\($0).\(text)".shellWord }.first
                        ?? "SCHEMA.\(text)".shellWord)
            )
        }
        let rows = try session.query(
            """
            select
                format('%I.%I', n.nspname, p.proname) as quoted_name,
                format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)) as signature,
                oidvectortypes(p.proargtypes) as arguments,
                p.prorettype in ('void'::regtype, coalesce(to_regtype('cronmill.outcome')::oid, 0))
                    and p.prokind = 'f' and not p.proretset as is_handler,
                p.prorettype <> 'void'::regtype as returns_outcome
            from pg_catalog.pg_proc as p
            join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
            where n.nspname = \(parts[0]) and p.proname = \(parts[1])
            order by 2
            """
        )
        guard !rows.isEmpty else {
            throw CronmillError(
                .failed,
                "handler \(name) does not exist in database \"\(session.database)\"",
                hint: try neighbours(parts[0], session).nearest(
                    to: "\(Identifier(parts[0]).quoted).\(Identifier(parts[1]).quoted)"
                )
                .map { "Did you mean \($0)?" } ?? rule,
                database: session.database
            )
        }
        var candidates: [HandlerFunction] = []
        for row in rows {
            let arguments: String = try row.get("arguments")
            guard try row.get("is_handler"), ["jsonb", "bigint, jsonb, integer"].contains(arguments) else { continue }
            let isAsked = text == name || text.filter { $0 != " " }.hasSuffix("(\(arguments.filter { $0 != " " }))")
            guard isAsked else { continue }
            candidates.append(
                try HandlerFunction(
                    quotedName: row.get("quoted_name"),
                    signature: row.get("signature"),
                    takesTask: arguments != "jsonb",
                    returnsOutcome: row.get("returns_outcome")
                )
            )
        }
        guard let found = candidates.first else {
            let signatures = try rows.map { try $0.get("signature", as: String.self) }
            throw CronmillError(
                .failed,
                "\(text) cannot be a handler",
                detail: "There is: \(signatures.joined(separator: ", ")).",
                hint: rule,
                database: session.database
            )
        }
        guard candidates.count == 1 else {
            throw CronmillError(
                .failed,
                "there are several handlers \(name)",
                hint: "Say which: --handler \(candidates.map(\.signature.shellWord).joined(separator: " or "))",
                database: session.database
            )
        }
        return found
    }

    /// Quoted names of the schemas that have a function of that name.
    private static func schemas(of name: String, _ session: Session) throws -> [String] {
        try session.query(
            """
            select quote_ident(n.nspname) as schema
            from pg_catalog.pg_proc as p
            join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
            where p.proname = (parse_ident(\(name)))[1] and n.nspname not in ('pg_catalog', 'information_schema')
            group by n.nspname
            order by n.nspname
            """
        ).map { try $0.get("schema") }
    }

    /// Quoted, qualified names of all functions of a schema.
    private static func neighbours(_ schema: String, _ session: Session) throws -> [String] {
        try session.query(
            """
            select distinct format('%I.%I', n.nspname, p.proname) as name
            from pg_catalog.pg_proc as p
            join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
            where n.nspname = \(schema) and p.prokind = 'f'
            order by 1
            limit 1000
            """
        ).map { try $0.get("name") }
    }

    /// The text of the generated procedure of a processor that calls this handler.
    func procedure(of processor: String) throws -> SQL {
        try SQLScript.rendered(
            "templates/processor.sql",
            [
                "procedure": Identifier(processor).quoted,
                "processor": processor.quotedLiteral,
                "title": "\"\(processor.replacingNewlines)\"",
                "handler_title": signature.replacingNewlines,
                "declarations": (takesTask ? "\n    attempts integer[];" : "")
                    + (returnsOutcome ? "\n    outcome cronmill.outcome;" : ""),
                "attempts_again": takesTask ? "\n                attempts := again.attempts;" : "",
                "call": batchCall,
                "call_again": partCall,
                "outcome": returnsOutcome ? ", outcome" : "",
                "comment": "Generated by cronmill: works off queue tasks with \(signature).".quotedLiteral,
            ]
        )
    }

    /// One task of a part. As an expression, because a PERFORM would take four times as long.
    private var partCall: String {
        let call = "\(quotedName)(\(takesTask ? "task_ids[i], payloads[i], attempts[i] + 1" : "payloads[i]"))"
        guard returnsOutcome else { return "if \(call) is null then null; end if;" }
        return [
            "outcome := \(call);",
            "if first < last and outcome.kind <> 'done' then",
            "    raise exception using errcode = 'MC000', message = 'the task is not done';",
            "end if;",
        ].joined(separator: "\n" + String(repeating: " ", count: 20))
    }

    /// All tasks of a batch in one statement: that is ten times as fast as a PERFORM each, and each handler's own
    /// statements see what the ones before it did all the same. In a batch every task has to be done; another outcome
    /// is left to the second pass.
    private var batchCall: String {
        let call =
            takesTask
            ? "\(quotedName)(t.task_id, t.payload, t.attempts + 1)" : "\(quotedName)(t.payload)"
        let tasks =
            takesTask
            ? "unnest(batch.task_ids, batch.payloads, batch.attempts) as t (task_id, payload, attempts)"
            : "unnest(batch.payloads) as t (payload)"
        guard returnsOutcome else {
            return ["perform \(call)", "from \(tasks);"].joined(separator: Self.lineBreak)
        }
        return [
            "perform from \(tasks)",
            "where (\(call)).kind <> 'done';",
            "if found then",
            "    raise exception using errcode = 'MC000', message = 'not every task is done';",
            "end if;",
        ].joined(separator: Self.lineBreak)
    }

    /// To where the call stands in the template.
    private static let lineBreak = "\n" + String(repeating: " ", count: 16)
}

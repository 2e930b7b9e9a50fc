internal import Postgres
internal import SQLFiles

/// A user's function that does a task, as the catalog knows it.
struct HandlerFunction: Sendable, Hashable {
    /// Quoted and schema-qualified, without arguments.
    let quotedName: String
    /// With arguments: what `to_regprocedure` reads.
    let signature: String
    /// What it takes.
    let arguments: Arguments
    /// Whether it says how its task ended.
    let returnsOutcome: Bool

    /// The arguments a handler may have, as `oidvectortypes` writes them.
    enum Arguments: String, Sendable {
        /// The payload.
        case payload = "jsonb"
        /// Number, payload and number of the attempt.
        case task = "bigint, jsonb, integer"
        /// Numbers and payloads of a whole batch.
        case batch = "bigint[], jsonb[]"
    }

    private static let rule =
        "A handler is a function (payload jsonb) or (task_id bigint, payload jsonb, attempt integer) "
        + "returning void or cronmill.outcome, or one of a whole batch, (task_ids bigint[], payloads jsonb[]) returning void."

    /// Finds it by what the user typed: with or without arguments, schema-qualified.
    ///
    /// - Throws: `CronmillError` if there is none, several, or one that cannot be a handler.
    static func find(_ asked: String, session: Session) throws -> HandlerFunction {
        let name = String(asked.prefix { $0 != "(" })
        let parts: [String]
        do {
            parts = try session.one("select parse_ident(\(name)) as parts").get("parts")
        } catch let error as PostgresError where error.sqlState == .invalidParameterValue {
            throw CronmillError(.failed, "\"\(asked)\" is not the name of a function", detail: error.detail, hint: rule)
        }
        guard parts.count == 2 else {
            throw CronmillError(
                .failed,
                "handler \(asked) is not schema-qualified",
                detail: "It is called from a procedure whose search_path must not decide what is run.",
                hint: "Name its schema: --handler "
                    + (try schemas(of: name, session).map { "\($0).\(asked)".shellWord }.first
                        ?? "SCHEMA.\(asked)".shellWord)
            )
        }
        let rows = try session.query(.handlerFunctions(schema: parts[0], name: parts[1]))
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
            let text: String = try row.get("arguments")
            guard try row.get("is_handler"), let arguments = Arguments(rawValue: text) else { continue }
            let returnsOutcome: Bool = try row.get("returns_outcome")
            guard arguments != .batch || !returnsOutcome else { continue }
            let isAsked = asked == name || asked.filter { $0 != " " }.hasSuffix("(\(text.filter { $0 != " " }))")
            guard isAsked else { continue }
            candidates.append(
                try HandlerFunction(
                    quotedName: row.get("quoted_name"),
                    signature: row.get("signature"),
                    arguments: arguments,
                    returnsOutcome: returnsOutcome
                )
            )
        }
        guard let found = candidates.first else {
            let signatures = try rows.map { try $0.get("signature", as: String.self) }
            throw CronmillError(
                .failed,
                "\(asked) cannot be a handler",
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
}

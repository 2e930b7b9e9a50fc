internal import Postgres
internal import SQLFiles

extension TakeOver {
    /// The unique key's beginning where the payload has no id: rows of another table have another one.
    private var keyPrefix: String { "\(table) " }

    /// Whether a row with the key of a task that waits is that task.
    private var merges: Bool { !keys.isEmpty }

    /// Whether a row is one that is taken, with the table under an alias.
    func isAsked(_ alias: String) -> String? {
        guard !conditions.isEmpty else { return nil }
        var columns: [String] = []
        for condition in conditions where !columns.contains(condition.column) { columns.append(condition.column) }
        return columns.map { column in
            let name = "\(alias).\(Identifier(column).quoted)"
            let values = conditions.filter { $0.column == column }.map(\.value)
            let texts = values.compactMap { $0 }.map(\.quotedLiteral)
            let isOne = texts.isEmpty ? nil : "\(name)::text in (\(texts.joined(separator: ", ")))"
            return
                "(\([isOne, values.contains(nil) ? "\(name) is null" : nil].compactMap { $0 }.joined(separator: " or ")))"
        }.joined(separator: " and ")
    }

    /// Columns that have one value in all rows that are taken.
    var fixedColumns: [String: String?] {
        Dictionary(grouping: conditions, by: \.column).compactMapValues { conditions in
            conditions.count == 1 ? .some(conditions[0].value) : nil
        }
    }

    /// Puts a row into the queue and says whether it was: the one rule of how a row becomes a task.
    func takes(_ alias: String, payloadType: String?) -> String {
        func column(_ name: String) -> String { "\(alias).\(Identifier(name).quoted)" }
        func number(_ name: String?, upTo limit: Int) -> String {
            name.map { "least(\(limit), greatest(0, coalesce(\(column($0)), 0)))::integer" } ?? "0"
        }
        var task = "to_jsonb(\(alias).*)"
        if let payload {
            // A null is a payload, too; what is no JSON is none.
            task =
                payloadType == "pg_catalog.jsonb"
                ? "coalesce(\(column(payload))::jsonb, 'null')"
                : "case when \(column(payload)) is null then 'null' else cronmill.read_json(\(column(payload))::text) end"
        }
        var key = "null"
        if merges {
            key = "concat_ws(' ', \(keys.map(column).joined(separator: ", ")))"
        } else if payload != nil {
            key = "concat(\(keyPrefix.quotedLiteral), \(column(id)))"
        }
        let arguments = [
            "(select a.queue_id from cronmill.adoption as a where a.forwarder = \(forwarder.quotedLiteral))",
            task, number(priority, upTo: 9), number(attempts, upTo: 32_767),
            (runAt ?? created).map { "\(column($0))::timestamptz" } ?? "null",
            created.map { "\(column($0))::timestamptz" } ?? "null",
            key, merges ? "true" : "false",
        ]
        let call =
            "cronmill.adopt_task(\n                \(arguments.joined(separator: ",\n                "))\n            )"
        // Not "and": the call must not come before the condition.
        return isAsked(alias).map { "case when \($0) then \(call) else false end" } ?? call
    }

    /// Makes the trigger that forwards what producers insert.
    func forwards(payloadType: String?) throws -> SQL {
        try SQLScript.rendered(
            "templates/forwarder.sql",
            [
                "name": Identifier(forwarder).quoted,
                "table": table,
                "table_title": table.replacingNewlines,
                "queue_title": "\"\(queue.replacingNewlines)\"",
                "id": Identifier(id).quoted,
                "takes": takes("n", payloadType: payloadType),
                "comment": "Cronmill: moves inserted rows to queue \"\(queue)\" (cronmill migrate takeover, --undo)."
                    .quotedLiteral,
            ]
        )
    }

    /// Takes the trigger away.
    var unforwards: SQL {
        "drop function if exists \(unsafeRaw: quotedForwarder)() cascade"
    }

    /// How many rows there are to be moved, and how many priorities are out of range.
    var counts: SQL {
        let name = priority.map { "o.\(Identifier($0).quoted)" }
        return """
            select
                count(*) as total,
                count(*) filter (where \(unsafeRaw: name.map { "\($0) > 9" } ?? "false")) as above,
                count(*) filter (where \(unsafeRaw: name.map { "\($0) < 0" } ?? "false")) as below
            from \(unsafeRaw: table) as o
            where \(unsafeRaw: isAsked("o") ?? "true")
            """
    }

    /// Moves rows in the order of their ids, but for those that others have locked: the old worker is doing them.
    ///
    /// - Parameters:
    ///   - types: the table's columns.
    ///   - limit: nil moves all.
    ///   - after: text of the id after which to go on.
    func moves(_ types: TakenTable, limit: Int?, after: String?) -> SQL {
        let id = Identifier(id).quoted
        return .moveRows(
            after: after,
            limit: limit,
            source: "\(unsafeRaw: table)",
            condition: "\(unsafeRaw: isAsked("o") ?? "true")",
            id: "\(unsafeRaw: id)",
            idType: "\(unsafeRaw: types.type(of: self.id))",
            takes: "\(unsafeRaw: takes("n", payloadType: payload.map(types.type(of:))))"
        )
    }

    /// Tasks of the queue that were rows of the table.
    func wasRow(_ alias: String) -> SQL {
        payload == nil
            ? "jsonb_typeof(\(unsafeRaw: alias).payload) = 'object' and \(unsafeRaw: alias).payload ? \(literal: id)"
            : "starts_with(\(unsafeRaw: alias).unique_key, \(literal: keyPrefix))"
    }

    /// Puts waiting tasks back into the table; the tasks themselves are deleted by their ctids then.
    ///
    /// - Parameters:
    ///   - types: the table's columns.
    ///   - dead: whether it is about the dead tasks, not those that wait.
    ///   - limit: how many; nil is all.
    ///   - after: priority, `run_at` and number of the task after which to go on.
    func returns(_ types: TakenTable, dead: Bool = false, limit: Int? = nil, after: [String]? = nil) -> SQL {
        func cast(_ column: String?, _ value: String) -> (String, String)? {
            column.map { (Identifier($0).quoted, "\(value)::\(types.type(of: $0))") }
        }
        let values: [(column: String, value: String)]
        if payload == nil {
            values = types.columns.filter { !$0.isGenerated }.map { column in
                let name = Identifier(column.name).quoted
                // One that was asked for again has gained.
                return (name, merges && column.name == priority ? "greatest(r.\(name), p.priority)" : "r.\(name)")
            }
        } else {
            let times = runAt == created ? [] : [cast(runAt, "p.run_at")]
            let fixed = fixedColumns.map { cast($0.key, $0.value.map(\.quotedLiteral) ?? "null") }
            values =
                ([
                    cast(id, "substr(p.unique_key, \(keyPrefix.unicodeScalars.count + 1))"),
                    cast(payload, "p.payload::text"), cast(priority, "p.priority"), cast(created, "p.enqueued_at"),
                    cast(attempts, "p.attempts"),
                ] + times + fixed).compactMap { $0 }
        }
        let rows = payload == nil ? " cross join lateral jsonb_populate_record(null::\(table), p.payload) as r" : ""
        return .returnTasks(
            queue: queue,
            afterPriority: after?[0],
            afterTime: after?[1],
            afterId: after?[2],
            limit: limit,
            tasks: "\(unsafeRaw: dead ? "dead_task" : "task")",
            wasRow: wasRow("t"),
            target: "\(unsafeRaw: table)",
            columns: "\(unsafeRaw: values.map(\.column).joined(separator: ", "))",
            values: "\(unsafeRaw: values.map(\.value).joined(separator: ", "))",
            rows: "\(unsafeRaw: rows)",
            conflict: "\(unsafeRaw: merges ? "on conflict do nothing" : "")"
        )
    }

    /// The row of `cronmill.adoption`; one that is there stays as it is.
    var remembered: SQL {
        .remember(
            tableName: table,
            queue: queue,
            forwarder: forwarder,
            id: id,
            payload: payload,
            priority: priority,
            runAt: runAt,
            created: created,
            attempts: attempts,
            keys: keys,
            conditionColumns: conditions.map(\.column),
            conditionValues: conditions.map(\.value),
            ignored: ignored,
            configTable: source?.table,
            configDatabase: source?.database,
            configName: source?.name,
            wasEnabled: source?.wasEnabled
        )
    }
}

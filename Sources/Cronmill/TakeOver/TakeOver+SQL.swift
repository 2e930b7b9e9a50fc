internal import Postgres

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
        return """
            with picked as materialized (
                select o.*
                from \(unsafeRaw: table) as o
                where \(unsafeRaw: isAsked("o") ?? "true")
                    and (\(after)::text is null or o.\(unsafeRaw: id) > \(after)::text::\(unsafeRaw: types.type(of: self.id)))
                order by o.\(unsafeRaw: id)
                limit \(limit)
                for update skip locked
            ),
            taken as materialized (
                select n.\(unsafeRaw: id) as id
                from picked as n
                where \(unsafeRaw: takes("n", payloadType: payload.map(types.type(of:))))
            ),
            gone as (
                delete from \(unsafeRaw: table) as o
                using taken as t
                where o.\(unsafeRaw: id) = t.id
                returning 1
            )
            select
                (select count(*) from picked) as picked,
                (select count(*) from taken) as taken,
                (select count(*) from gone) as gone,
                (select p.\(unsafeRaw: id)::text from picked as p order by p.\(unsafeRaw: id) desc limit 1) as last_id
            """
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
        return """
            with picked as materialized (
                select t.ctid as place, t.task_id, t.priority, t.run_at, t.enqueued_at, t.attempts, t.payload, t.unique_key
                from cronmill.\(unsafeRaw: dead ? "dead_task" : "task") as t
                where t.queue_id = cronmill.queue_id(\(queue)) and \(sql: wasRow("t"))
                    and (
                        \(after?[0])::text is null
                        or (t.priority, t.run_at, t.task_id)
                            > (\(after?[0])::text::smallint, \(after?[1])::text::timestamptz, \(after?[2])::text::bigint)
                    )
                order by t.priority, t.run_at, t.task_id
                limit \(limit)
                for update skip locked
            ),
            back as (
                insert into \(unsafeRaw: table) (\(unsafeRaw: values.map(\.column).joined(separator: ", ")))
                overriding system value
                select \(unsafeRaw: values.map(\.value).joined(separator: ", "))
                from picked as p\(unsafeRaw: rows)
                order by p.task_id
                \(unsafeRaw: merges ? "on conflict do nothing" : "")
                returning 1
            )
            select
                array(select p.place from picked as p) as places,
                (select count(*) from picked) as picked,
                (select count(*) from back) as back,
                array(
                    select x.value
                    from (select p.* from picked as p order by p.priority desc, p.run_at desc, p.task_id desc limit 1) as l
                    cross join lateral unnest(array[l.priority::text, l.run_at::text, l.task_id::text]) as x (value)
                ) as last
            """
    }

    /// The row of `cronmill.adoption`; one that is there stays as it is.
    var remembered: SQL {
        """
        insert into cronmill.adoption (
            table_name, queue_id, forwarder, id_column, payload_column, priority_column, run_at_column, created_column,
            attempts_column, key_columns, condition_columns, condition_values, ignored_columns,
            config_table, config_database, config_name, was_enabled
        )
        values (
            \(table), cronmill.queue_id(\(queue)), \(forwarder), \(id), \(payload), \(priority), \(runAt), \(created),
            \(attempts), \(keys), \(conditions.map(\.column)), \(conditions.map(\.value)), \(ignored),
            \(source?.table), \(source?.database), \(source?.name), \(source?.wasEnabled)
        )
        on conflict (table_name) do nothing
        """
    }
}

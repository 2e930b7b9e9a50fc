internal import Postgres
internal import SQLFiles

/// The rows of a registry, all of them, whatever its tables are.
struct RegistryRows: Sendable {
    /// A table, those it refers to before it.
    private struct Rows: Sendable {
        var table: String
        var columns: [String]
        var identity: String?
        var json: String
    }

    private var tables: [Rows] = []
    let workDatabases: Int

    /// Nil where no registry is installed.
    init?(_ session: Session) throws {
        guard try CronState.glance(session).isInstalled else { return nil }
        workDatabases = try session.one("select count(*) as total from cronmill_cron.work_database").get("total")
        let found = try session.query(.registryTables)
        for row in found {
            let table: String = try row.get("name")
            let json: String = try session.one(
                """
                select coalesce(jsonb_agg(to_jsonb(t)), '[]')::text as rows
                from \(identifier: ["cronmill_cron", table]) as t
                """
            ).get("rows")
            tables.append(
                Rows(table: table, columns: try row.get("columns"), identity: try row.get("identity"), json: json)
            )
        }
    }

    /// What makes the registry of the new database have these rows and no others. What is said of the cron database
    /// itself, its housekeepers, is then said of the new one. The version of what is installed stays as it is.
    func statements(old: String, new: String) throws -> [SQL] {
        var statements: [SQL] = tables.filter { $0.table != "installation" }.reversed().map {
            "delete from \(identifier: ["cronmill_cron", $0.table])"
        }
        for rows in tables {
            let name = ["cronmill_cron", rows.table]
            let source: SQL = "jsonb_populate_recordset(null::\(identifier: name), \(rows.json)::jsonb) as r"
            guard rows.table != "installation" else {
                let columns = rows.columns.filter { !["only_row", "schema_version", "fingerprint"].contains($0) }
                let assignments: [SQL] = columns.map { "\(identifier: $0) = r.\(identifier: $0)" }
                statements.append(
                    "update cronmill_cron.installation set \(sql: assignments.joined) from \(sql: source)"
                )
                continue
            }
            let columns: [SQL] = rows.columns.map { "\(identifier: $0)" }
            let values: [SQL] = rows.columns.map { "r.\(identifier: $0)" }
            statements.append(
                """
                insert into \(identifier: name) (\(sql: columns.joined)) overriding system value
                select \(sql: values.joined) from \(sql: source)
                """
            )
            if let identity = rows.identity {
                let column: SQL = "\(identifier: identity)"
                statements.append(
                    """
                    select setval(
                        pg_get_serial_sequence(\(literal: "cronmill_cron.\(Identifier(rows.table).quoted)"), \(identity)),
                        greatest(max(t.\(sql: column)), 1), max(t.\(sql: column)) is not null)
                    from \(identifier: name) as t
                    """
                )
            }
        }
        // A work database that holds the registry itself needs no link.
        statements.append("update cronmill_cron.work_database set link_role = null where name = \(new)")
        statements.append(
            "update cronmill_cron.job set database_name = \(new) where slot = 0 and database_name = \(old)"
        )
        // That it is of the same owner was looked at before.
        statements.append(
            """
            update cronmill_cron.housekeeping set alarm_routine = to_regprocedure(alarm_function)
            where alarm_function is not null
            """
        )
        statements.append("select cronmill_cron.renew_privileges()")
        return statements
    }
}

import Postgres
import Testing

/// Everything in some databases that a refused command must have left as it was.
struct DatabaseState: Sendable, Hashable {
    /// Rows, or how pg_dump shows them, by what they are of.
    private var parts: [String: String] = [:]

    /// What differs, for the failure of a test.
    func differences(from other: DatabaseState) -> [String] {
        Set(parts.keys).union(other.parts.keys).filter { parts[$0] != other.parts[$0] }.sorted()
    }

    /// Schemas and roles as pg_dump and pg_dumpall show them, `cron.job`, and the rows of our tables.
    static func of(_ databases: [String], on server: TestServer) async throws -> DatabaseState {
        var state = try await quick(databases, on: server)
        for database in databases + ["postgres"] {
            let dump = try await server.client("pg_dump", ["--schema-only", "--dbname", database])
            try #require(dump.exitCode == 0, "\(dump.errors)")
            state.parts["schema of \(database)"] = dump.output.withoutRandomLines
        }
        let roles = try await server.client("pg_dumpall", ["--roles-only", "--no-role-passwords"])
        try #require(roles.exitCode == 0, "\(roles.errors)")
        state.parts["roles"] = roles.output.withoutRandomLines
        return state
    }

    /// The same in a tenth of the time: instead of a dump, which transactions wrote the rows of the catalogs.
    static func quick(_ databases: [String], on server: TestServer) async throws -> DatabaseState {
        var state = DatabaseState()
        for database in databases + ["postgres"] {
            let connection = try await server.connect(database)
            for catalog in catalogs {
                state.parts["\(database) \(catalog)"] = try await connection.query(
                    """
                    select md5(string_agg(concat(t.ctid, t.xmin), ' ' order by t.ctid)) as rows
                    from pg_catalog.\(unsafeRaw: catalog) as t
                    """
                ).first?["rows"]
            }
            for table in tables
            where try await connection.query("select to_regclass(\(table)) as found").first?["found"] != nil {
                state.parts["\(database) \(table)"] = try await connection.query(
                    "select string_agg(t::text, e'\\n' order by t::text) as rows from \(unsafeRaw: table) as t"
                ).first?["rows"]
            }
            await connection.close()
        }
        return state
    }

    private static let catalogs = [
        "pg_authid", "pg_auth_members", "pg_class", "pg_database", "pg_extension", "pg_foreign_server", "pg_namespace",
        "pg_proc", "pg_trigger", "pg_type", "pg_user_mapping",
    ]
    private static let tables = [
        "cronmill.installation", "cronmill.queue", "cronmill.processor", "cronmill.task", "cronmill.dead_task",
        "cronmill_cron.installation", "cronmill_cron.work_database", "cronmill_cron.processor", "cronmill_cron.run_as",
        "cronmill_cron.job", "cron.job",
    ]
}

extension String {
    /// A dump without the lines that hold a random word.
    fileprivate var withoutRandomLines: String {
        split(separator: "\n").filter { !$0.hasPrefix("\\restrict ") && !$0.hasPrefix("\\unrestrict ") }
            .joined(separator: "\n")
    }
}

import Postgres
import Testing

/// A server that is not as the developer's own is: what users' servers are like, one trait each.
enum HostileServer: String, CaseIterable, Sendable, CustomTestStringConvertible {
    /// As tests have it otherwise.
    case ordinary
    /// The small letter of I is a dotless one.
    case turkish
    /// The same by ICU, which compares otherwise than by bytes.
    case turkishByICU
    /// Texts are bytes of which the server knows no more.
    case bytes
    /// No message is English.
    case german
    /// Everything is published, so that a table without a key cannot be changed.
    case published
    /// How texts are read and printed is set otherwise for everybody.
    case settings

    var testDescription: String { rawValue }

    private var initialization: [String] {
        switch self {
        case .ordinary, .german, .published, .settings: []
        case .turkish: ["--locale=tr_TR.UTF-8"]
        case .turkishByICU: ["--locale-provider=icu", "--icu-locale=tr-TR"]
        case .bytes: ["--encoding=SQL_ASCII", "--locale=C"]
        }
    }

    private var settings: [String: String] {
        switch self {
        case .ordinary, .turkish, .turkishByICU, .bytes, .published: [:]
        case .german: ["lc_messages": "de_DE.UTF-8"]
        case .settings:
            [
                "array_nulls": "off", "backslash_quote": "off", "bytea_output": "escape",
                "check_function_bodies": "off",
                "client_min_messages": "error", "DateStyle": "SQL, DMY", "default_transaction_deferrable": "on",
                "extra_float_digits": "-15", "IntervalStyle": "sql_standard", "lc_monetary": "de_DE.UTF-8",
                "lc_numeric": "de_DE.UTF-8", "lc_time": "de_DE.UTF-8", "plan_cache_mode": "force_generic_plan",
                "quote_all_identifiers": "on", "row_security": "off", "search_path": "app, public, pg_catalog",
                "standard_conforming_strings": "off", "timezone": "America/St_Johns", "transform_null_equals": "on",
                "xmlbinary": "hex", "xmloption": "document",
            ]
        }
    }

    /// Runs a test with a server of this kind, which ends with it.
    func run(_ body: (TestServer) async throws -> Void) async throws {
        try await withServer(settings: settings, initialization: initialization) { server in
            if self == .published {
                // Databases that are created from now on have one, too.
                for database in ["template1", "postgres"] {
                    let connection = try await server.connect(database)
                    try await connection.execute("create publication everything for all tables")
                    await connection.close()
                }
            }
            try await body(server)
        }
    }
}

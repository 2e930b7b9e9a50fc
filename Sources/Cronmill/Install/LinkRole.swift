internal import Postgres

/// The role a work database's link logs in as.
enum LinkRole {
    /// Files of the foreign tables by which a work database sees the registry.
    static let tables = ["registry", "registry_backlog", "registry_rest"].map { "work/linked/\($0).sql" }

    /// `cronmill link <database>`, cut to 63 bytes with a hash. The registry lets no two databases have the same.
    static func name(for database: String) -> String {
        "cronmill link \(database)".cutToName(hashing: database)
    }
}

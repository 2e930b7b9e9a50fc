/// Both connections, by libpq's keywords (`host`, `port`, `user`, `password`, `dbname`).
///
/// A keyword that nobody gave is absent, so that libpq looks at its own `PG*` variables, service file and password file.
struct ResolvedSettings: Sendable, Hashable {
    /// The connection to work databases; `dbname` is `DB_NAME`, for when no database is named.
    var work: [String: Setting]

    /// The connection to the cron database; `dbname` is always there.
    var cron: [String: Setting]

    /// The work databases named with `--database`, each a name or a connection URI, without repetitions.
    var databases: [Setting]

    /// Settings of other tools that were found and have no effect here, sorted.
    var ignored: [String]
}

/// What a table of Cronmill's or pg_cron's takes, and how it is looked after.
public struct TableStorage: Sendable, Hashable {
    /// Its schema: `cronmill`, `cronmill_cron` or `cron`.
    public var schema: String
    /// Its name.
    public var name: String
    /// About how many rows, by the server's statistics; nil where it has none: nobody has analyzed or vacuumed it.
    public var rowsEstimate: Int64?
    /// About how many rows that are deleted and take room, likewise.
    public var deadRowsEstimate: Int64
    /// The table and what is stored aside, without indexes.
    public var bytes: Int64
    /// All its indexes.
    public var indexBytes: Int64
    /// Sequential scans since the server's statistics began.
    public var scans: Int64
    /// Age of its oldest transaction id, in transactions.
    public var transactionAge: Int64
    /// When somebody vacuumed it last.
    public var lastVacuum: ServerTime?
    /// When autovacuum did.
    public var lastAutovacuum: ServerTime?
    /// Its indexes, by name.
    public var indexes: [Index] = []

    /// An index.
    public struct Index: Sendable, Hashable {
        /// Its name.
        public var name: String
        /// What it takes.
        public var bytes: Int64
        /// How often it was used since the server's statistics began.
        public var scans: Int64
        /// Whether it keeps rows unique, and so is needed though it may never be used.
        public var isUnique: Bool
        /// Whether it can be used; one whose making failed cannot.
        public var isValid: Bool
    }

    /// The table with its indexes.
    public var totalBytes: Int64 { bytes + indexBytes }
}

/// The server and what Cronmill takes in its databases, and what could not be seen.
public struct ServerReport: Sendable {
    /// The server; why it could not be asked.
    public var server: Result<ServerState, any Error>
    /// All databases of the server that can be connected to, by name; none if it could not be asked.
    public var sizes: [DatabaseSize] = []
    /// Tables of the cron database and of each work database asked, or why one could not be asked.
    public var databases: [DatabaseResult<[TableStorage]>]
}

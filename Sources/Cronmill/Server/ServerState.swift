/// The server that the cron database is in, at one moment.
public struct ServerState: Sendable, Hashable {
    /// The server's version, as in `15.14`.
    public var version: String
    /// When it was started.
    public var startedAt: ServerTime
    /// Whether it is a standby.
    public var isInRecovery: Bool
    /// Sessions of clients that it takes at most (`max_connections`).
    public var maxConnections: Int
    /// Sessions of clients by state, as `pg_stat_activity` calls it; nil if the role may not see those of others.
    public var connections: [String: Int]?
    /// Standbys that are connected; nil if the role may not see them. One that is lost is not among them.
    public var standbys: [Standby]?
    /// Replication slots.
    public var slots: [ReplicationSlot]
    /// pg_cron's history; nil where there is none.
    public var history: HistorySize?
    /// What keeps dead rows from being removed, for five minutes or more, in the databases that may be seen.
    public var holders: [SnapshotHolder]
    /// Age at which autovacuum begins to freeze rows, in transactions.
    public var freezeMaxAge: Int64

    /// A standby that receives from this server.
    public struct Standby: Sendable, Hashable {
        /// Its `application_name`, which several may have.
        public var name: String
        /// `startup`, `catchup`, `streaming` or `stopping`.
        public var state: String
        /// `async`, `potential`, `sync` or `quorum`.
        public var syncState: String
        /// How long ago what it replays was written; nil while nothing is written.
        public var lag: Duration?
        /// Write-ahead log that it has not replayed, in bytes; nil for one that replays nothing.
        public var lagBytes: Int64?
    }

    /// What a consumer of the write-ahead log has it kept for.
    public struct ReplicationSlot: Sendable, Hashable {
        /// Its name.
        public var name: String
        /// Whether it is one of logical replication.
        public var isLogical: Bool
        /// The database, of a logical one.
        public var database: String?
        /// Whether somebody reads from it.
        public var isActive: Bool
        /// `reserved`, `extended`, `unreserved` or `lost`.
        public var walStatus: String?
        /// Write-ahead log that is kept for it, in bytes; nil if none is.
        public var keptBytes: Int64?
    }

    /// How large pg_cron's history is.
    public struct HistorySize: Sendable, Hashable {
        /// About how many runs, by the size of the table: pg_cron's writing is not among the server's statistics of rows.
        public var rowsEstimate: Int64
        /// With its indexes.
        public var bytes: Int64

        /// For people: `about 81,204 runs, 24 MB`.
        package var text: String {
            "about \(Int(rowsEstimate).grouped) runs, \(bytes.bytesText)"
        }
    }

    /// All sessions of clients; nil if the role may not see those of others.
    public var connectionsInUse: Int? { connections.map { $0.values.reduce(0, +) } }
}

/// A database of the server.
public struct DatabaseSize: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// All its files; nil if the role may neither connect to it nor read statistics.
    public var bytes: Int64?
    /// Age of its oldest transaction id, in transactions; at 2,147,483,648 there would be no more.
    public var transactionAge: Int64

    /// How much of the transaction ids there are is used, 0 to 1.
    public var wraparound: Double { Double(transactionAge) / 2_147_483_648 }

    /// The same for people: `12.3%`.
    package var wraparoundText: String {
        let tenths = Int(wraparound * 1000)
        return "\(tenths / 10).\(tenths % 10)%"
    }
}

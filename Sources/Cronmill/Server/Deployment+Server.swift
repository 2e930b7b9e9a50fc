internal import Postgres
internal import SQLFiles

extension Deployment {
    /// The server, its databases and standbys, and what Cronmill's tables take in the cron database and in work databases.
    ///
    /// Catalogs and statistics are read, and no table: it costs the same whatever is in them. Up to eight databases are
    /// asked at once, and no statement takes longer than five seconds, unless another time is set.
    ///
    /// - Parameter databases: work databases.
    /// - Returns: a report even if some databases, or the cron database, cannot be reached.
    /// - Throws: `CancellationError` only.
    public func serverReport(databases: [String]) async throws -> ServerReport {
        var hurried = self
        hurried.statementTimeout = statementTimeout ?? .seconds(5)
        let asking = hurried
        let tables = await asking.forEach(databases.filter { $0 != cronDatabase }) { database in
            try await asking.inSetUp(database, for: .monitor) { session in
                // The catalogs tell everybody; who is no monitor is refused here as everywhere.
                _ = try OwnerRights(session).query("select 1 from cronmill.run as r limit 0", columns: "one integer")
                return try TableStorage.all(session)
            }
        }
        var report = ServerReport(server: .failure(CancellationError()), databases: [])
        do {
            let (state, sizes, own) = try await asking.inRegistry(for: .monitor, of: databases) { session in
                try (
                    ServerState(session, holders: SnapshotHolder.all(session)),
                    DatabaseSize.all(session), TableStorage.all(session)
                )
            }
            (report.server, report.sizes) = (.success(state), sizes)
            report.databases = [DatabaseResult(database: cronDatabase, outcome: .success(own))]
        } catch {
            report.server = .failure(error)
        }
        report.databases += tables
        try Task.checkCancellation()
        return report
    }
}

extension ServerState {
    init(_ session: Session, holders: [SnapshotHolder]) throws {
        let row = try session.one(
            .serverState(startedAt: ServerTime.columns("pg_postmaster_start_time()", as: "started_at"))
        )
        let seesAll: Bool = try row.get("sees_all")
        try self.init(
            version: row.get("version"),
            startedAt: row.requiredTime("started_at"),
            isInRecovery: row.get("in_recovery"),
            maxConnections: row.get("max_connections"),
            slots: session.query(.replicationSlots).map { try ReplicationSlot($0) },
            history: session.query(.historySize).first.map { row in
                try HistorySize(rowsEstimate: row.get("rows_estimate"), bytes: row.get("bytes"))
            },
            holders: holders,
            freezeMaxAge: row.get("freeze_max_age")
        )
        // What may not be seen looks as if it were not there.
        guard seesAll else { return }
        connections = try Dictionary(
            uniqueKeysWithValues: session.query(.connections).map { try ($0.get("state"), $0.get("count")) }
        )
        standbys = try session.query(.standbys).map { try Standby($0) }
    }
}

extension ServerState.Standby {
    fileprivate init(_ row: Row) throws {
        try self.init(
            name: row.get("name"),
            state: row.get("state"),
            syncState: row.get("sync_state"),
            lag: row.get("lag_seconds", as: Duration?.self),
            lagBytes: row.get("lag_bytes")
        )
    }
}

extension ServerState.ReplicationSlot {
    fileprivate init(_ row: Row) throws {
        try self.init(
            name: row.get("name"),
            isLogical: row.get("type") == "logical",
            database: row.get("database_name"),
            isActive: row.get("is_active"),
            walStatus: row.get("wal_status"),
            keptBytes: row.get("kept_bytes")
        )
    }
}

extension DatabaseSize {
    static func all(_ session: Session) throws -> [DatabaseSize] {
        try session.query(.databaseSizes).map { row in
            try DatabaseSize(
                name: row.get("name"),
                bytes: row.get("bytes"),
                transactionAge: row.get("transaction_age")
            )
        }
    }
}

extension TableStorage {
    /// Tables of the session's database, by schema and name.
    static func all(_ session: Session) throws -> [TableStorage] {
        var indexes: [[String]: [Index]] = [:]
        for row in try session.query(.indexStorage) {
            let table: [String] = try [row.get("schema_name"), row.get("table_name")]
            try indexes[table, default: []].append(
                Index(
                    name: row.get("name"),
                    bytes: row.get("bytes"),
                    scans: row.get("scans"),
                    isUnique: row.get("is_unique"),
                    isValid: row.get("is_valid")
                )
            )
        }
        return try session.query(
            .tableStorage(
                lastVacuum: ServerTime.columns("pg_stat_get_last_vacuum_time(c.oid)", as: "last_vacuum"),
                lastAutovacuum: ServerTime.columns("pg_stat_get_last_autovacuum_time(c.oid)", as: "last_autovacuum")
            )
        ).map { row in
            let (schema, name): (String, String) = try (row.get("schema_name"), row.get("name"))
            return try TableStorage(
                schema: schema,
                name: name,
                rowsEstimate: row.get("rows_estimate"),
                deadRowsEstimate: row.get("dead_rows_estimate"),
                bytes: row.get("bytes"),
                indexBytes: row.get("index_bytes"),
                scans: row.get("scans"),
                transactionAge: row.get("transaction_age"),
                lastVacuum: row.time("last_vacuum"),
                lastAutovacuum: row.time("last_autovacuum"),
                indexes: indexes[[schema, name]] ?? []
            )
        }
    }
}

extension ServerReport {
    /// As programs read it: of `server --json`.
    package var json: JSON {
        let databases = databases.compactMap { result in
            (try? result.outcome.get()).map { (result.database, $0) }
        }
        let server: JSON =
            switch server {
            case .success(let state): state.json
            case .failure: .null
            }
        return [
            "server": server,
            "databases": .array(sizes.map(\.json)),
            "tables": .array(databases.flatMap { database, tables in tables.map { $0.json(of: database) } }),
        ]
    }
}

extension ServerState {
    /// All of it.
    package var json: JSON {
        [
            "version": .string(version), "started_at": .string(startedAt.iso8601),
            "in_recovery": .boolean(isInRecovery), "connections": connectionsJSON,
            "standbys": standbys.map { .array($0.map(\.json)) } ?? .null,
            "replication_slots": .array(slots.map(\.json)),
            "history": history.map {
                ["rows_estimate": .integer($0.rowsEstimate), "bytes": .integer($0.bytes)]
            } ?? .null,
            "snapshot_holders": .array(
                holders.map {
                    [
                        "database": JSON($0.database), "holder": .string($0.text),
                        "held_seconds": $0.heldFor.map { .number($0.inSeconds) } ?? .null,
                    ]
                }
            ),
            "freeze_max_age": .integer(freezeMaxAge),
        ]
    }

    /// Sessions of clients: null where they may not be seen, and never 0.
    package var connectionsJSON: JSON {
        [
            "limit": .integer(Int64(maxConnections)), "in_use": JSON(connectionsInUse.map(Int64.init)),
            "by_state": connections.map { states in
                .object(
                    states.sorted { $0.key < $1.key }.map {
                        JSON.Member(name: $0.key, value: .integer(Int64($0.value)))
                    }
                )
            } ?? .null,
        ]
    }
}

extension ServerState.Standby {
    /// Seconds are null while nothing is written.
    package var json: JSON {
        [
            "name": .string(name), "state": .string(state), "sync_state": .string(syncState),
            "replay_lag_seconds": lag.map { .number($0.inSeconds) } ?? .null, "replay_lag_bytes": JSON(lagBytes),
        ]
    }
}

extension ServerState.ReplicationSlot {
    package var json: JSON {
        [
            "name": .string(name), "type": isLogical ? "logical" : "physical", "database": JSON(database),
            "active": .boolean(isActive), "wal_status": JSON(walStatus), "kept_bytes": JSON(keptBytes),
        ]
    }
}

extension DatabaseSize {
    package var json: JSON {
        ["database": .string(name), "bytes": JSON(bytes), "transaction_age": .integer(transactionAge)]
    }
}

extension TableStorage {
    fileprivate func json(of database: String) -> JSON {
        [
            "database": .string(database), "schema": .string(schema), "table": .string(name),
            "rows_estimate": JSON(rowsEstimate), "dead_rows_estimate": .integer(deadRowsEstimate),
            "bytes": .integer(bytes), "index_bytes": .integer(indexBytes), "sequential_scans": .integer(scans),
            "transaction_age": .integer(transactionAge), "last_vacuum": JSON(lastVacuum?.iso8601),
            "last_autovacuum": JSON(lastAutovacuum?.iso8601),
            "indexes": .array(
                indexes.map {
                    [
                        "index": .string($0.name), "bytes": .integer($0.bytes), "scans": .integer($0.scans),
                        "unique": .boolean($0.isUnique), "valid": .boolean($0.isValid),
                    ]
                }
            ),
        ]
    }
}

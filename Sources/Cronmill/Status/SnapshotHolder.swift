internal import Postgres

/// Something that keeps dead rows from being removed: a session, a prepared transaction, a replication slot, a standby.
public struct SnapshotHolder: Sendable, Hashable {
    /// The database whose rows are kept; nil is all.
    public let database: String?
    /// As in `process 123 of role "app" (psql), idle in transaction`.
    public let text: String
    /// For how long; nil where that is not known, but that it is long.
    public let heldFor: Duration?

    static func all(_ session: Session) throws -> [SnapshotHolder] {
        try session.query(
            """
            select h.database_name, h.holder, extract(epoch from clock_timestamp() - h.held_since)::double precision as seconds
            from cronmill_cron.snapshot_holders(interval '5 minutes') as h
            """
        ).map { row in
            try SnapshotHolder(
                database: row.get("database_name"),
                text: row.get("holder"),
                heldFor: row.get("seconds", as: Duration?.self)
            )
        }
    }
}

extension CronReport {
    /// From so many dead rows, or tasks done in an hour, it matters to a queue that rows cannot be removed.
    private static let manyRows = 10_000

    /// What holds old snapshots, where that matters to a queue.
    func snapshotRemarks(_ sides: [ProcessorState]) -> [String] {
        let affected = Set(
            sides.filter { max($0.deadRows, $0.status.doneLastHour) >= Self.manyRows }.map(\.status.database)
        )
        return holders.compactMap { holder in
            let time = holder.heldFor.map { " for \($0.shortText)" } ?? ""
            if let database = holder.database {
                guard affected.contains(database) else { return nil }
                return "dead rows of the queues of database \"\(database)\" cannot be removed: "
                    + "\(holder.text), holds an old snapshot\(time)."
            }
            guard !affected.isEmpty else { return nil }
            return "dead rows of no database can be removed: \(holder.text) holds an old snapshot\(time)."
        }
    }
}

internal import Cronmill

/// So many databases and tables are shown, the largest ones: a small one is of interest to nobody.
private let mostRows = 20

extension ServerState {
    /// What there is to say of the server, a line each.
    func lines(_ sizes: [DatabaseSize]) -> [String] {
        var lines = [
            "PostgreSQL \(version), \(isInRecovery ? "standby" : "primary"), "
                + "since \(startedAt.description)",
            "Connections: " + connectionsText, "Standbys: " + standbysText,
        ]
        lines += slots.map(\.text)
        if let history {
            lines.append("History of pg_cron: \(history.text)")
        }
        if let oldest = sizes.max(by: { $0.transactionAge < $1.transactionAge }) {
            lines.append(
                "Oldest transaction id: \(Int(oldest.transactionAge).grouped) ago, in \(oldest.name) "
                    + "(\(oldest.wraparoundText) of what there are; frozen from \(Int(freezeMaxAge).grouped) on)"
            )
        }
        return lines + holders.map(\.line)
    }

    private var connectionsText: String {
        guard let connections, let connectionsInUse else {
            return "at most \(maxConnections.grouped); those there are: \(Self.notReadable)"
        }
        let states = connections.sorted { $0.key < $1.key }.map { "\($0.value.grouped) \($0.key)" }
        return "\(connectionsInUse.grouped) of \(maxConnections.grouped) (\(states.joined(separator: ", ")))"
    }

    private var standbysText: String {
        guard let standbys else { return Self.notReadable }
        return standbys.isEmpty ? "none" : standbys.count.grouped
    }

    private static let notReadable = "not readable, that takes membership in pg_monitor"
}

extension ServerState.ReplicationSlot {
    fileprivate var text: String {
        let what = isLogical ? "logical, of \(database ?? "-")" : "physical"
        return "Replication slot \(name): \(what), \(isActive ? "active" : "not active"), keeps "
            + (keptBytes.map(\.bytesText) ?? "nothing") + (walStatus == "lost" ? ", lost" : "")
    }
}

extension SnapshotHolder {
    fileprivate var line: String {
        let time = heldFor.map { " for \($0.shortText)" } ?? ""
        return "Keeps dead rows of \(database ?? "all databases")\(time): \(text)"
    }
}

extension ServerReport {
    /// Tables of the databases that could be asked, the largest first.
    var tables: [(database: String, table: TableStorage)] {
        databases.flatMap { result -> [(database: String, table: TableStorage)] in
            guard case .success(let tables) = result.outcome else { return [] }
            return tables.map { (result.database, $0) }
        }
        .sorted { $0.table.totalBytes > $1.table.totalBytes }
    }

    /// What a person would not see in the tables.
    var remarks: [String] {
        var remarks: [String] = []
        if sizes.count > mostRows { remarks.append("\((sizes.count - mostRows).grouped) smaller databases: --json") }
        if tables.count > mostRows { remarks.append("\((tables.count - mostRows).grouped) smaller tables: --json") }
        for (database, table) in tables {
            for index in table.indexes {
                let name = "\(database): index \(table.schema).\(index.name) (\(index.bytes.bytesText))"
                if !index.isValid {
                    remarks.append("\(name) cannot be used: its making failed")
                } else if index.scans == 0, !index.isUnique, index.bytes >= 1 << 20 {
                    remarks.append("\(name) has not been used since the server's statistics began")
                }
            }
        }
        return remarks
    }
}

extension Table {
    /// Standbys, for people.
    init(_ standbys: [ServerState.Standby]) {
        self.init(columns: [
            Column("standby", shrinks: true), Column("state"), Column("sync"),
            Column("replay lag", alignment: .right), Column("not replayed", alignment: .right),
        ])
        for standby in standbys {
            append([
                Cell(standby.name), Cell(standby.state, style: standby.state == "streaming" ? nil : .yellow),
                Cell(standby.syncState), Cell(standby.lag?.shortText ?? "-"),
                Cell(standby.lagBytes?.bytesText ?? "-"),
            ])
        }
    }

    /// Databases, for people, the largest first.
    init(_ sizes: [DatabaseSize]) {
        self.init(columns: [
            Column("database", shrinks: true), Column("size", alignment: .right),
            Column("transactions", alignment: .right),
            Column("of what there are", alignment: .right, whenNarrow: .goes),
        ])
        for size in sizes.sorted(by: { ($0.bytes ?? 0) > ($1.bytes ?? 0) }).prefix(mostRows) {
            append([
                Cell(size.name), Cell(size.bytes?.bytesText ?? "not readable"),
                Cell(Int(size.transactionAge).grouped), Cell(size.wraparoundText),
            ])
        }
    }

    /// Tables of several databases, for people.
    init(_ tables: [(database: String, table: TableStorage)]) {
        let shown = tables.prefix(mostRows)
        let vacuums = TimeColumn(shown.map { $0.table.vacuumedAt })
        self.init(columns: [
            Column("database", shrinks: true), Column("table", shrinks: true),
            Column("rows, about", alignment: .right), Column("dead", alignment: .right),
            Column("size", alignment: .right), Column("indexes", alignment: .right),
            Column("index scans", alignment: .right, whenNarrow: .goes),
            vacuums.column("vacuumed", whenNarrow: .goes),
        ])
        for (database, table) in shown {
            append([
                Cell(database), Cell("\(table.schema).\(table.name)"),
                Cell(table.rowsEstimate.map { Int($0).grouped } ?? "-"),
                Cell(Int(table.deadRowsEstimate).grouped), Cell(table.bytes.bytesText),
                Cell(table.indexBytes.bytesText), Cell(table.indexes.reduce(0) { $0 + Int($1.scans) }.grouped),
                Cell(table.vacuumedAt.map(vacuums.text) ?? "-"),
            ])
        }
    }
}

extension TableStorage {
    /// When it was vacuumed last, by whomever.
    fileprivate var vacuumedAt: ServerTime? {
        [lastVacuum, lastAutovacuum].compactMap { $0 }.max { $0.date < $1.date }
    }
}

internal import Cronmill

/// The figures of the server, those of them that could be seen: nothing is 0 because it is not known.
extension Metrics {
    mutating func addMachine() {
        let names = Set(snapshot.report.databases.map(\.database))
        add(
            "database_size_bytes",
            "All files of the database, asked once a minute.",
            snapshot.sizes.compactMap { size in
                guard names.contains(size.name), let bytes = size.bytes else { return nil }
                return Sample([("database", size.name)], Int(bytes))
            }
        )
        guard let server = snapshot.server else { return }
        add(
            "history_rows",
            "Runs in the history of pg_cron, about, by its size.",
            server.history.map { [Sample([], Int($0.rowsEstimate))] } ?? []
        )
        add(
            "connections",
            "Sessions of clients.",
            (server.connections ?? [:]).sorted { $0.key < $1.key }.map { Sample([("state", $0.key)], $0.value) }
        )
        addReplication(server)
    }

    private mutating func addReplication(_ server: ServerState) {
        add(
            "standbys_expected",
            "How many standbys there have to be.",
            snapshot.expectedStandbys.map { [Sample([], $0)] } ?? []
        )
        guard let standbys = server.standbys else { return }
        add("standbys", "Standbys that are connected.", [Sample([], standbys.count)])
        // Several may have one name: the worst of them counts.
        let named = Dictionary(grouping: standbys, by: \.name).sorted { $0.key < $1.key }
        add(
            "replication_replay_lag_seconds",
            "How long ago what a standby replays was written; there is none while nothing is written.",
            named.compactMap { name, alike in
                alike.compactMap { $0.lag?.inSeconds }.max().map { Sample([("standby", name)], $0) }
            }
        )
        add(
            "replication_replay_lag_bytes",
            "What a standby has not replayed.",
            named.compactMap { name, alike in
                alike.compactMap(\.lagBytes).max().map { Sample([("standby", name)], Int($0)) }
            }
        )
    }
}

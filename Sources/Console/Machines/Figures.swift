internal import Cronmill
internal import FoundationEssentials
internal import HTTPTypes

/// The server's figures, each an address, from the last snapshot.
///
/// A viewer or the token of `/metrics` reads them; without, there is a status and nothing else.
struct Figures {
    let snapshot: Snapshot
    let server: ServerState
    let now: ContinuousClock.Instant

    /// - Throws: `Problem` where the cron database has not answered of late.
    init(_ snapshot: Snapshot, at now: ContinuousClock.Instant) throws(Problem) {
        guard snapshot.isReady(at: now), let server = snapshot.server else { throw .noFigures }
        (self.snapshot, self.server, self.now) = (snapshot, server, now)
    }

    /// Whether the server is no standby.
    var isPrimary: Bool { !server.isInRecovery }

    /// Standbys, those that are lost left out.
    ///
    /// - Throws: `Problem` where the role may not see them, which would look as if there were none.
    func standbys() throws(Problem) -> [ServerState.Standby] {
        guard let standbys = server.standbys else { throw .notReadable }
        return standbys
    }

    /// Whether a standby streams that has at most so many bytes not replayed.
    func hasReplica(within lag: Int64) throws(Problem) -> Bool {
        try standbys().contains { standby in
            standby.state == "streaming" && standby.lagBytes.map { $0 <= lag } ?? false
        }
    }

    // MARK: As JSON

    func replication() throws(Problem) -> JSON {
        whole([
            .init(name: "in_recovery", value: .boolean(server.isInRecovery)),
            .init(name: "expected_standbys", value: JSON(snapshot.expectedStandbys.map(Int64.init))),
            .init(name: "standbys", value: .array(try standbys().map(\.json))),
            .init(name: "replication_slots", value: .array(server.slots.map(\.json))),
        ])
    }

    func replicationLag() throws(Problem) -> JSON {
        let lags = try standbys().map { standby -> JSON in
            [
                "name": .string(standby.name),
                "replay_lag_seconds": standby.lag.map { .number($0.inSeconds) } ?? .null,
                "replay_lag_bytes": JSON(standby.lagBytes),
            ]
        }
        return whole([.init(name: "standbys", value: .array(lags))])
    }

    var sizes: JSON {
        whole([
            .init(name: "partial", value: .boolean(snapshot.sizes.contains { $0.bytes == nil })),
            .init(name: "databases", value: .array(snapshot.sizes.map(\.json))),
        ])
    }

    var connections: JSON {
        whole([
            .init(name: "partial", value: .boolean(server.connections == nil)),
            .init(name: "connections", value: server.connectionsJSON),
        ])
    }

    /// What it all runs on; no host, no path and no role.
    var environment: JSON {
        whole([
            .init(name: "cronmill", value: .string(Deployment.programVersion)),
            .init(name: "postgresql", value: .string(server.version)),
            .init(name: "postgresql_started_at", value: .string(server.startedAt.iso8601)),
            .init(name: "in_recovery", value: .boolean(server.isInRecovery)),
            .init(name: "container", value: .boolean(Self.isContainer)),
        ])
    }

    /// - Throws: `Problem` where the role may not see alarms.
    func alarms() throws(Problem) -> JSON {
        guard let alarms = snapshot.alarms else { throw .alarmsNotReadable }
        return whole([.init(name: "alarms", value: .array(alarms.map(\.json)))])
    }

    private func whole(_ members: [JSON.Member]) -> JSON {
        .object(
            [
                .init(name: "at", value: .string(snapshot.takenAt.iso8601)),
                .init(
                    name: "age_seconds",
                    value: snapshot.cronAnsweredAt.map { .number((now - $0).inSeconds) } ?? .null
                ),
            ] + members
        )
    }

    /// Whether this program runs in a container, by the file that Docker and Podman put there.
    private static let isContainer = ["/.dockerenv", "/run/.containerenv"].contains {
        FileManager.default.fileExists(atPath: $0)
    }
}

extension Problem {
    static let noFigures = Problem(
        status: .serviceUnavailable,
        detail: "The cron database has not answered of late."
    )
    static let notReadable = Problem(
        status: .forbidden,
        detail: "The role of this console may not see replication: that takes membership in pg_monitor."
    )
    static let alarmsNotReadable = Problem(
        status: .forbidden,
        detail: "The role of this console may not see alarms: that takes a monitor."
    )
    static let figuresToken = Problem(
        status: .unauthorized,
        detail: "Log in, or send the token of --metrics-token-file: Authorization: Bearer ...",
        fields: [.wwwAuthenticate: "Bearer realm=\"cronmill\""]
    )
}

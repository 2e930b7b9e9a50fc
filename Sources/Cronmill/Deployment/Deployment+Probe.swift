internal import Postgres

/// What a server says of a connection that was made.
public struct ConnectionReport: Sendable, Hashable {
    /// The server's version, as in `15.14`.
    public let serverVersion: String
    /// The role that statements run as.
    public let role: String
    /// The database connected to.
    public let database: String
    /// Whether a pooler stands between this and the server.
    public let isPooled: Bool
}

extension Deployment {
    /// Connects to the cron database, to see whether it can be done.
    ///
    /// - Throws: `PostgresError`, of kind `connection` if the connection cannot be made.
    public func probeCron() async throws -> ConnectionReport {
        try await with(connectCron(), Self.report)
    }

    /// Connects to a work database, to see whether it can be done; nothing need be set up there.
    ///
    /// - Throws: `PostgresError`, of kind `connection` if the connection cannot be made.
    public func probeWork(_ database: String) async throws -> ConnectionReport {
        try await with(connectWork(database), Self.report)
    }

    private static func report(_ connection: Connection) async throws -> ConnectionReport {
        try await connection.run { session in
            // Packagers add to the version: "15.14 (Debian 15.14-0+deb12u1)".
            let row = try session.one(
                """
                select split_part(current_setting('server_version'), ' ', 1) as version,
                    current_user as role, current_database() as database
                """
            )
            return try ConnectionReport(
                serverVersion: row.get("version"),
                role: row.get("role"),
                database: row.get("database"),
                isPooled: session.isPooled
            )
        }
    }
}

extension ConnectionReport {
    /// Refuses what has to stay on one connection to the server for longer than a transaction.
    ///
    /// - Parameter refusal: what then cannot be done.
    static func checkDirect(_ refusal: String, _ session: Session) throws {
        guard try session.isPooled else { return }
        throw CronmillError(
            .failed,
            "\(refusal) through a connection pooler",
            detail:
                "Another process of the server answers than the connection was told of, and the next statement may be "
                + "answered by yet another, or this one's be somebody else's.",
            hint: "Name the server itself, with --host and --port.",
            database: session.database
        )
    }
}

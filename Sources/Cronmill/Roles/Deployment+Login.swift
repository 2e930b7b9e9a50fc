internal import Postgres

/// Who a deployment logs in as.
package struct Login: Sendable, Hashable {
    /// The role, as the server has it.
    package let role: String
    /// Whether the server asked for a password; where it asked for none, that it let somebody in proves nothing.
    package let isByPassword: Bool
    /// Registered work databases that it may see.
    package let databases: [String]
}

extension Deployment {
    /// Logs in to the cron database, and looks who that is and what he may see.
    ///
    /// - Throws: `PostgresError` of kind `connection` where the server refuses; `CronmillError` for a role that is a
    ///   monitor or an operator of nothing.
    package func login() async throws -> Login {
        try await inRegistry(for: .monitor, of: nil) { session in
            Login(
                role: try session.one("select session_user as me").get("me"),
                isByPassword: session.hasGivenPassword,
                databases: try Self.registeredDatabases(session)
            )
        }
    }
}

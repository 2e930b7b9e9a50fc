internal import Postgres

/// A connection to the cron database that is kept for a while, for who asks every few seconds: a new session looks up
/// and plans everything anew, which takes the server longer than the answers do.
///
/// A connection to a work database is never kept: it would stand in the way of `drop database` and of copies.
package actor RegistryConnection {
    private struct Kept {
        let connection: Connection
        let madeAt: ContinuousClock.Instant
    }

    private let deployment: Deployment
    private var kept: Kept?

    /// No longer than this: whoever may log in no more is out then, and of several hosts the right one is found again.
    private static let longest = Duration.seconds(30)

    /// A server that is frozen is found out before anything that matters is asked, as by a connection that is new.
    private static let patience = Duration.seconds(2)

    package init(_ deployment: Deployment) {
        self.deployment = deployment
    }

    /// Closes what is kept.
    package func close() async {
        await take()?.connection.close()
    }

    /// Runs `body` in a session of the cron database: in the one kept, or in a new one where that was cut off or does not
    /// answer. An error ends the session.
    ///
    /// - Throws: `PostgresError` of kind `connection` if none can be made; what `body` throws.
    func read<Value: Sendable>(_ body: @Sendable (Session) throws -> Value) async throws -> Value {
        let current = try await usable()
        do {
            // Who has the schemas is asked each time, as in a session of its own.
            let value = try await current.connection.run { session in
                SchemaTrust(userVariable: "PG_CRON_USER").guards(session)
                return try body(session)
            }
            if kept == nil { kept = current } else { await current.connection.close() }
            return value
        } catch {
            await current.connection.close()
            throw error
        }
    }

    private func usable() async throws -> Kept {
        if let last = take() {
            if .now - last.madeAt < Self.longest, await last.connection.answers(within: Self.patience) { return last }
            await last.connection.close()
        }
        return Kept(connection: try await deployment.connectCron(), madeAt: .now)
    }

    /// What is kept is nobody else's meanwhile.
    private func take() -> Kept? {
        defer { kept = nil }
        return kept
    }
}

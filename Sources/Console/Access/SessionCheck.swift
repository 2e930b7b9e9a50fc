internal import Cronmill
internal import Postgres

/// Asks the cron database again and again whether those who are logged in still may be: who may not is out within a
/// minute. One that does not answer changes nothing.
struct SessionCheck: Sendable {
    let sessions: Sessions

    static let interval = Duration.seconds(20)

    func run() async {
        while !Task.isCancelled {
            // Cancelled is seen above.
            try? await Task.sleep(for: Self.interval)
            var limited = sessions.limited(at: .now)[...]
            while let batch = Optional(limited.prefix(8)), !batch.isEmpty, !Task.isCancelled {
                limited = limited.dropFirst(8)
                await withTaskGroup { group in
                    for session in batch { group.addTask { await check(session) } }
                }
            }
        }
    }

    private func check(_ session: Session) async {
        do {
            let login = try await session.viewer.deployment.login()
            guard login.role == session.viewer.role else { return sessions.end(session.secret) }
            sessions.update(session.secret, login)
        } catch let error as PostgresError where error.kind == .connection {
            // A server that is starting, full or cut off says nothing of the role.
            if error.sqlState?.isClass("28") == true || error.sqlState == .insufficientPrivilege {
                sessions.end(session.secret)
            }
        } catch let error as CronmillError where error.sqlState == .insufficientPrivilege {
            sessions.end(session.secret)
        } catch {
            // The next time tells.
        }
    }
}

internal import Cronmill
internal import Synchronization

/// Those who are logged in.
final class Sessions: Sendable {
    private let sessions = Mutex<[Session]>([])

    /// Beyond it the one that was not used for the longest time ends.
    private static let most = 200

    /// Begins one.
    ///
    /// - Returns: what its cookie holds. It is always a new secret, whatever cookie the browser had.
    @discardableResult
    func begin(
        _ viewer: Viewer,
        _ lifetime: Session.Lifetime,
        at now: ContinuousClock.Instant,
        secret: String = Secret.new()
    ) -> String {
        let session = Session(secret: secret, viewer: viewer, lifetime: lifetime, beganAt: now, usedAt: now)
        sessions.withLock { sessions in
            sessions.removeAll { $0.isOver(at: now) || $0.secret == secret }
            if sessions.count >= Self.most,
                let oldest = sessions.indices.min(by: { sessions[$0].usedAt < sessions[$1].usedAt })
            {
                sessions.remove(at: oldest)
            }
            sessions.append(session)
        }
        return session.secret
    }

    /// The one of these secrets, of which one has to be it: a browser sends cookies of other paths and programs, too.
    ///
    /// - Parameter isUse: whether a person has done something; a page that renews itself keeps no session alive.
    func find(_ secrets: [String], isUse: Bool, at now: ContinuousClock.Instant) -> Session? {
        sessions.withLock { sessions in
            // All are compared, so that the time does not say which it was.
            let found = sessions.indices.filter { index in
                secrets.contains { Secret.areEqual($0, sessions[index].secret) }
            }
            guard let index = found.first, !sessions[index].isOver(at: now) else { return nil }
            if isUse { sessions[index].usedAt = now }
            return sessions[index]
        }
    }

    /// Those that have to be looked after, without those that are over.
    func limited(at now: ContinuousClock.Instant) -> [Session] {
        sessions.withLock { sessions in
            sessions.removeAll { $0.isOver(at: now) }
            return sessions.filter { $0.lifetime == .limited }
        }
    }

    /// Takes note of what he may see and acknowledge by now.
    func update(_ secret: String, _ login: Login) {
        sessions.withLock { sessions in
            guard let index = sessions.firstIndex(where: { $0.secret == secret }) else { return }
            sessions[index].viewer.databases = Set(login.databases)
            sessions[index].viewer.acknowledges = login.acknowledges
        }
    }

    func end(_ secret: String) { sessions.withLock { $0.removeAll { $0.secret == secret } } }

    func note(_ outcome: Outcome, _ secret: String) {
        sessions.withLock { sessions in
            guard let index = sessions.firstIndex(where: { $0.secret == secret }) else { return }
            sessions[index].outcome = outcome
        }
    }
}

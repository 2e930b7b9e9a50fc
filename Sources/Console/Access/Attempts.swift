internal import Synchronization

/// Tries to log in: five a minute by one address, and for one role, that fail; and a few at once in all.
final class Attempts: Sendable {
    private struct State {
        var failures: [String: [ContinuousClock.Instant]] = [:]
        var underWay = 0
    }

    private let state = Mutex(State())

    private static let most = 5
    private static let mostAtOnce = 4
    private static let period = Duration.seconds(60)
    /// Addresses and roles that are kept: beyond it nobody is let in until a minute has passed.
    private static let mostNames = 10_000

    /// Notes a try before it is made, so that many at once are no more than one after another.
    ///
    /// - Returns: whether it may be made; then `end` has to follow.
    func begin(from address: String, as role: String, at now: ContinuousClock.Instant) -> Bool {
        let names = Self.names(address, role)
        return state.withLock { state in
            if state.failures.count >= Self.mostNames {
                state.failures = state.failures.filter { $0.value.contains { now - $0 < Self.period } }
            }
            let recent = names.map { name in
                (name, state.failures[name, default: []].filter { now - $0 < Self.period })
            }
            guard state.underWay < Self.mostAtOnce, state.failures.count < Self.mostNames,
                recent.allSatisfy({ $0.1.count < Self.most })
            else { return false }
            state.underWay += 1
            for (name, times) in recent { state.failures[name] = times + [now] }
            return true
        }
    }

    /// Takes note of how a try ended: one that succeeded counts no more.
    func end(from address: String, as role: String, at beganAt: ContinuousClock.Instant, hasFailed: Bool) {
        state.withLock { state in
            state.underWay -= 1
            guard !hasFailed else { return }
            for name in Self.names(address, role) {
                guard let index = state.failures[name]?.lastIndex(of: beganAt) else { continue }
                state.failures[name]?.remove(at: index)
                if state.failures[name]?.isEmpty == true { state.failures[name] = nil }
            }
        }
    }

    private static func names(_ address: String, _ role: String) -> [String] { ["address \(address)", "role \(role)"] }
}

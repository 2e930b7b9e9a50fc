internal import Synchronization

/// Lets in a few at a time of the requests that ask databases: each takes up to five connections, and pg_cron and the
/// applications need theirs.
final class Gate: Sendable {
    private let underWay = Mutex<[String: Int]>([:])

    private static let mostEach = 2
    private static let most = 6
    /// Browsers open several pages at once; longer than this nobody waits for his turn.
    private static let patience = Duration.seconds(5)

    /// Answers when it is this session's turn.
    ///
    /// - Throws: `Problem`: of the answer, or because it would be too many for too long.
    func admit(
        _ session: String,
        _ answer: () async throws(Problem) -> Answer
    ) async throws(Problem) -> Answer {
        let givesUpAt = ContinuousClock.now + Self.patience
        while !enter(session) {
            guard ContinuousClock.now < givesUpAt, (try? await Task.sleep(for: .milliseconds(20))) != nil else {
                throw .tooMany
            }
        }
        defer { leave(session) }
        return try await answer()
    }

    private func enter(_ session: String) -> Bool {
        underWay.withLock { underWay in
            let mine = underWay[session, default: 0]
            guard mine < Self.mostEach, underWay.values.reduce(0, +) < Self.most else { return false }
            underWay[session] = mine + 1
            return true
        }
    }

    private func leave(_ session: String) {
        underWay.withLock { underWay in
            let mine = underWay[session, default: 0] - 1
            underWay[session] = mine > 0 ? mine : nil
        }
    }
}

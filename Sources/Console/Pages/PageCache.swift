internal import Synchronization

/// Pages that were made a moment ago: of many who look, each every few seconds, one has it made, and compressed, for all.
final class PageCache: Sendable {
    private struct Entry {
        let answer: Answer
        let version: String
        let madeAt: ContinuousClock.Instant
    }

    private struct Key: Hashable {
        let audience: Audience
        /// It stands on the page.
        let role: String
    }

    private let entries = Mutex<[Key: Entry]>([:])

    /// Ages on a page are that much older than it says, at most.
    private static let longest = Duration.seconds(3)
    /// Filters that are kept; who makes up more of them has each page made for himself.
    private static let most = 50

    /// The page of a snapshot, with its tag, made if the last one is of another snapshot or too old.
    func answer(
        _ version: String,
        for audience: Audience,
        as role: String,
        at now: ContinuousClock.Instant,
        _ make: () -> HTML
    ) -> Answer {
        let key = Key(audience: audience, role: role)
        let kept = entries.withLock { $0[key] }
        if let kept, kept.version == version, now - kept.madeAt < Self.longest { return kept.answer }
        var answer = Answer.html(make())
        answer.tag()
        entries.withLock { [answer] entries in
            if entries.count >= Self.most {
                entries = entries.filter { now - $0.value.madeAt < Self.longest }
            }
            guard entries.count < Self.most else { return }
            entries[key] = Entry(answer: answer, version: version, madeAt: now)
        }
        return answer
    }
}

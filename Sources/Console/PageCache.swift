internal import FoundationEssentials
internal import Synchronization

/// Pages that were made a moment ago: of many who look, each every few seconds, one has it made for all.
final class PageCache: Sendable {
    private struct Entry {
        let page: HTML
        let snapshot: Date
        let madeAt: ContinuousClock.Instant
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// Ages on a page are that much older than it says, at most.
    private static let longest = Duration.seconds(3)
    /// Filters that are kept; who makes up more of them has each page made for himself.
    private static let most = 50

    /// The page for a filter, made if the last one is of another snapshot or too old.
    func page(
        of snapshot: Date,
        _ filter: Filter,
        at now: ContinuousClock.Instant,
        _ make: () -> HTML
    ) -> HTML {
        let kept = entries.withLock { $0[filter.text] }
        if let kept, kept.snapshot == snapshot, now - kept.madeAt < Self.longest { return kept.page }
        let page = make()
        entries.withLock { entries in
            if entries.count >= Self.most {
                entries = entries.filter { now - $0.value.madeAt < Self.longest }
            }
            guard entries.count < Self.most else { return }
            entries[filter.text] = Entry(page: page, snapshot: snapshot, madeAt: now)
        }
        return page
    }
}

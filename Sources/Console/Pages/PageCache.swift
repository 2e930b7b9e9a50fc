internal import FoundationEssentials
internal import Synchronization

/// Pages that were made a moment ago: of many who look, each every few seconds, one has it made for all.
final class PageCache: Sendable {
    private struct Entry {
        let page: HTML
        let snapshot: Date
        let madeAt: ContinuousClock.Instant
    }

    private let entries = Mutex<[Key: Entry]>([:])

    private struct Key: Hashable {
        let filter: String
        let databases: Set<String>?
        let isActing: Bool
        let role: String
    }

    /// Ages on a page are that much older than it says, at most.
    private static let longest = Duration.seconds(3)
    /// Filters that are kept; who makes up more of them has each page made for himself.
    private static let most = 50

    /// The page for a filter and who may see these databases, acts as this role and is offered actions or not, made if the last one is of another snapshot or too old.
    func page(
        of snapshot: Date,
        _ filter: Filter,
        for databases: Set<String>?,
        acting isActing: Bool = false,
        as role: String = "",
        at now: ContinuousClock.Instant,
        _ make: () -> HTML
    ) -> HTML {
        let key = Key(filter: filter.text, databases: databases, isActing: isActing, role: role)
        let kept = entries.withLock { $0[key] }
        if let kept, kept.snapshot == snapshot, now - kept.madeAt < Self.longest { return kept.page }
        let page = make()
        entries.withLock { entries in
            if entries.count >= Self.most {
                entries = entries.filter { now - $0.value.madeAt < Self.longest }
            }
            guard entries.count < Self.most else { return }
            entries[key] = Entry(page: page, snapshot: snapshot, madeAt: now)
        }
        return page
    }
}

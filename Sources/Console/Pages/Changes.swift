internal import Cronmill
internal import Synchronization

/// What has changed on the overview from one snapshot to the next, found and written once for all who are shown the same.
final class Changes: Sendable {
    private struct Entry {
        let version: String
        let parts: Overview.Parts
        let event: String
        let madeAt: ContinuousClock.Instant
    }

    private let entries = Mutex<[Audience: Entry]>([:])

    /// What nobody has asked for so long is forgotten.
    private static let longest = Duration.seconds(60)

    /// Says that a page has to be loaded anew.
    static let reload = event(from: "", to: "", title: "", [])

    /// An event for pages that have the version before; one that has another has to be loaded anew.
    ///
    /// - Parameter make: gives the page of this version.
    func event(
        _ version: String,
        for audience: Audience,
        at now: ContinuousClock.Instant,
        _ make: () -> Overview
    ) -> String {
        // While one makes it the others wait for it.
        entries.withLock { entries in
            let last = entries[audience]
            if let last, last.version == version { return last.event }
            let overview = make()
            let parts = overview.parts
            let event = Self.event(
                from: last?.version ?? version,
                to: version,
                title: overview.title,
                last.map { parts.changes(from: $0.parts, at: now) } ?? []
            )
            entries = entries.filter { now - $0.value.madeAt < Self.longest }
            entries[audience] = Entry(version: version, parts: parts, event: event, madeAt: now)
            return event
        }
    }

    private static func event(from old: String, to new: String, title: String, _ parts: [JSON]) -> String {
        let json: JSON = [
            "from": .string(old), "to": .string(new), "title": .string(title), "parts": .array(parts),
        ]
        return "data: \(json.lineText)\n"
    }
}

internal import Cronmill

/// A part of the overview that changes by itself: an element with an id, and perhaps an age in it, which grows without
/// anything having changed.
struct OverviewPart: Equatable {
    /// Of the element; no other of the page has it.
    let id: String
    /// The element up to the age.
    let beginning: HTML
    /// When the age began.
    var since: ContinuousClock.Instant?
    /// The rest of the element.
    var end: HTML = ""

    func html(at now: ContinuousClock.Instant) -> HTML {
        let age: HTML =
            since.map { "<span data-age=\"\(seconds($0, now))\">\(HTML.age(now - $0))</span>" } ?? ""
        return "\(beginning)\(age)\(end)"
    }

    /// What the page's script has to do to it; nil if it is as it was.
    func change(from other: OverviewPart, at now: ContinuousClock.Instant) -> JSON? {
        guard self != other else { return nil }
        guard beginning == other.beginning, end == other.end, let since else { return change(at: now) }
        return ["id": .string(id), "age": .integer(Int64(seconds(since, now)))]
    }

    /// The same where all of it is new.
    func change(at now: ContinuousClock.Instant) -> JSON {
        ["id": .string(id), "html": .string(html(at: now).text)]
    }

    private func seconds(_ since: ContinuousClock.Instant, _ now: ContinuousClock.Instant) -> Int {
        max(0, Int((now - since).components.seconds))
    }
}

extension Overview {
    /// All that changes by itself.
    struct Parts {
        var state: OverviewPart
        var attention: OverviewPart
        /// Those that fit the filter, in order.
        var databases: [OverviewPart]
        /// What stands there where there is none.
        var ifNone: HTML

        func html(at now: ContinuousClock.Instant) -> HTML {
            "\(state.html(at: now))\n\(attention.html(at: now))\n\(list(at: now))"
        }

        /// What the page's script has to do, in order.
        func changes(from old: Parts, at now: ContinuousClock.Instant) -> [JSON] {
            let first = [state.change(from: old.state, at: now), attention.change(from: old.attention, at: now)]
            // Where one has come or gone, others are in another place.
            guard databases.map(\.id) == old.databases.map(\.id) else {
                return first.compactMap { $0 } + [
                    OverviewPart(id: "databases", beginning: list(at: now)).change(at: now)
                ]
            }
            return (first + zip(databases, old.databases).map { $0.change(from: $1, at: now) }).compactMap { $0 }
        }

        private func list(at now: ContinuousClock.Instant) -> HTML {
            let content = databases.isEmpty ? ifNone : HTML(databases.map { $0.html(at: now) })
            return "<section id=\"databases\"><h2>Databases</h2>\(content)</section>"
        }
    }
}

internal import Cronmill

/// How a column of times is shown: their zone once, in the header, if all have the same, as those of one database do;
/// else beside each of them.
struct TimeColumn: Sendable, Hashable {
    private let zone: String?

    /// For these times.
    init(_ times: [ServerTime?]) {
        let zones = Set(times.compactMap { $0?.zone })
        zone = zones.count == 1 ? zones.first : nil
    }

    func column(_ title: String, whenNarrow: Table.WhenNarrow = .stays) -> Table.Column {
        Table.Column(title, note: zone, whenNarrow: whenNarrow)
    }

    func text(_ time: ServerTime) -> String { zone == nil ? time.description : time.text }
}

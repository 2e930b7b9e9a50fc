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

extension ServerTime {
    /// With its zone: `2026-11-26 04:30:04 Europe/Berlin`.
    var description: String { "\(text) \(zone)" }

    /// ISO 8601 in UTC with milliseconds, for programs.
    var iso8601: String { date.iso8601 }
}

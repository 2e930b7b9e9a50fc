internal import Postgres
public import struct FoundationEssentials.Date

/// A time by the database's clock, and what the database calls it.
///
/// `date` is for comparing, counting and programs; people are shown `text`, with the zone beside it. No clock but the
/// database's is asked, and no other zone than that of its session (PGTZ, the role's, the database's or the server's).
public struct ServerTime: Sendable, Hashable {
    /// The time; `distantPast` and `distantFuture` are -infinity and infinity.
    public var date: Date
    /// The same in the session's zone, to the second: `2026-11-26 03:30:04`; or `infinity`, `-infinity`.
    public var text: String
    /// The session's zone, as in `Europe/Berlin`.
    public var zone: String

    /// A time as the database has it and as its session shows it.
    ///
    /// - Parameters:
    ///   - date: the time.
    ///   - text: the same, in the zone.
    ///   - zone: the session's.
    public init(date: Date, text: String, zone: String) {
        self.date = date
        self.text = text
        self.zone = zone
    }
}

extension ServerTime {
    /// With its zone: `2026-11-26 04:30:04 Europe/Berlin`.
    package var description: String { "\(text) \(zone)" }

    /// ISO 8601 in UTC with milliseconds, for programs.
    package var iso8601: String { date.iso8601 }

    /// The columns from which `Row.time` makes the value of a `timestamptz`.
    ///
    /// - Parameters:
    ///   - expression: what gives the time.
    ///   - name: the column's name.
    static func columns(_ expression: SQL, as name: String) -> SQL {
        """
        extract(epoch from \(sql: expression))::double precision as \(identifier: name),
        coalesce(to_char(\(sql: expression), 'YYYY-MM-DD HH24:MI:SS'), (\(sql: expression))::text)
            as \(identifier: name + "_text"),
        current_setting('TimeZone') as \(identifier: name + "_zone")
        """
    }
}

extension Row {
    /// A time selected by `ServerTime.columns`; nil for a null.
    func time(_ name: String) throws -> ServerTime? {
        try get(name, as: Double?.self).map { _ in try requiredTime(name) }
    }

    /// A time selected by `ServerTime.columns` that is never null.
    func requiredTime(_ name: String) throws -> ServerTime {
        try ServerTime(date: Date(serverSeconds: get(name)), text: get(name + "_text"), zone: get(name + "_zone"))
    }
}

extension Date {
    /// A time from the server, in seconds since 1970, which may be infinite; and so is what no `timestamptz` reaches.
    fileprivate init(serverSeconds seconds: Double) {
        self = abs(seconds) < 1e13 ? Date(timeIntervalSince1970: seconds) : seconds < 0 ? .distantPast : .distantFuture
    }
}

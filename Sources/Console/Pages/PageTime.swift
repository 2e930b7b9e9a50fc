/// How pages write a time in UTC.
enum PageTime {
    /// `2026-11-30 22:01:11` of a time as ISO 8601 and JSON have it, `2026-11-30T22:01:11.5Z`.
    static func second(_ iso8601: String) -> String {
        "\(iso8601.prefix(10)) \(iso8601.dropFirst(11).prefix(8))"
    }
}

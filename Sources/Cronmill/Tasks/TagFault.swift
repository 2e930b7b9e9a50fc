/// What is wrong with tags, found before anything is connected; the database has the same rule (`cronmill.check_tags`).
public enum TagFault {
    /// Says what is wrong with tags, or nil.
    ///
    /// - Parameters:
    ///   - tags: as they were given; each counts once.
    ///   - flag: the option they were given by.
    public static func of(_ tags: [String], flag: String) -> String? {
        for tag in tags {
            if tag.isEmpty { return "\(flag) is empty: a tag has 1 to 100 bytes." }
            if tag.utf8.count > 100 { return "\(flag) \"\(tag.prefix(20))...\" has more than 100 bytes." }
            if tag.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f }) {
                return "\(flag): a tag has no control characters."
            }
        }
        // Bytes, as the database compares: to Swift texts of other scalars may be the same.
        return Set(tags.map { Array($0.utf8) }).count > 32 ? "\(flag): 32 tags at most." : nil
    }
}

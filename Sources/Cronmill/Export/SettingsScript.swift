/// A text that `exportSettings` has written, perhaps edited since.
struct SettingsScript: Sendable {
    /// What its first line begins with; the schema version follows.
    static let mark = "-- cronmill settings, schema version "

    /// The statements, without `begin` and `commit`.
    let body: String

    /// - Throws: `CronmillError` for a text that does not begin and end as an export does.
    init(_ text: String) throws {
        // As bytes: to Swift a line feed after a carriage return is no character of its own.
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        let blank = { (line: String) in line.allSatisfy { $0 == " " } }
        let isHead = { (line: String) in blank(line) || line.hasPrefix("--") }
        guard let first = lines.first, first.hasPrefix(Self.mark) else {
            throw Self.refused("its first line is not \"\(Self.mark)N\"")
        }
        guard let begin = lines.firstIndex(where: { !isHead($0) }), lines[begin] == "begin;" else {
            throw Self.refused("after the comments at its head there is no line \"begin;\"")
        }
        guard let end = lines.lastIndex(where: { !blank($0) }), end > begin, lines[end] == "commit;" else {
            throw Self.refused("its last line is not \"commit;\"")
        }
        body = lines[(begin + 1)..<end].joined(separator: "\n") + "\n"
    }

    private static func refused(_ reason: String) -> CronmillError {
        CronmillError(
            .usage,
            "this is no export of settings, or not the whole of one",
            detail: "Of what cronmill export writes, \(reason).",
            hint: "Other SQL is run with psql."
        )
    }
}

/// The name of a queue, a processor, a role or a database: 1 to 63 bytes, no control characters; anything else goes.
public struct ObjectName: Sendable, Hashable, CustomStringConvertible {
    /// The name.
    public let text: String

    /// - Throws: `CronmillError` that names the rule.
    public init(_ text: String, of kind: String) throws(CronmillError) {
        guard !text.isEmpty else {
            throw CronmillError(.usage, "the name of a \(kind) is empty")
        }
        guard text.utf8.count <= 63 else {
            throw CronmillError(
                .usage,
                "the name of a \(kind) has \(text.utf8.count) bytes: \(text)",
                detail: "PostgreSQL cuts names after 63 bytes.",
                hint: "Choose one of at most 63 bytes; a letter outside of ASCII has 2 to 4."
            )
        }
        guard !text.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) else {
            throw CronmillError(
                .usage,
                "the name of a \(kind) has a control character in it: \(text.debugDescription)",
                hint: "Leave line breaks, tabs and the like out of it."
            )
        }
        self.text = text
    }

    /// The name.
    public var description: String { text }
}

/// Why a text is no duration.
public struct DurationError: Error, Hashable, CustomStringConvertible {
    /// What is wrong: one line that begins in lower case and has no full stop.
    public let message: String

    /// What to write instead.
    public let hint: String?

    init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }

    /// The message, then the hint on a line of its own.
    public var description: String {
        guard let hint else { return message }
        return "\(message)\nhint: \(hint)"
    }
}

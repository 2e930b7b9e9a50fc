/// Why a schedule was refused, in PostgreSQL's voice: what is wrong, what pg_cron would have made of it, what to write.
public struct ScheduleError: Error, Hashable, CustomStringConvertible {
    /// What is wrong: one line that begins in lower case and has no full stop.
    public let message: String

    /// What pg_cron would make of the text, where that is worth knowing.
    public let detail: String?

    /// What to write instead.
    public let hint: String?

    init(_ message: String, detail: String? = nil, hint: String? = nil) {
        self.message = message
        self.detail = detail
        self.hint = hint
    }

    /// The message, then detail and hint on lines of their own.
    public var description: String {
        var lines = [message]
        if let detail { lines.append("detail: \(detail)") }
        if let hint { lines.append("hint: \(hint)") }
        return lines.joined(separator: "\n")
    }
}

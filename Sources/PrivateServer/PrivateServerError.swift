internal import Glibc

/// Why a private server could not be found, started or restarted.
public struct PrivateServerError: Error, Hashable, CustomStringConvertible {
    /// What went wrong, with the end of the server's log where there is one.
    public let message: String
    /// What to do about it, when that is known.
    public let hint: String?

    /// The message, and the hint on a line of its own.
    public var description: String {
        guard let hint else { return message }
        return "\(message)\nHint: \(hint)"
    }

    init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }

    /// A system call that failed, with the reason it left in `errno`.
    static func systemCall(_ message: String, code: Int32 = errno, hint: String? = nil) -> PrivateServerError {
        PrivateServerError("\(message): \(String(cString: strerror(code)))", hint: hint)
    }
}

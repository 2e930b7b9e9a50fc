/// Why the settings given cannot be used; refused before any connection is tried.
struct SettingsError: Error, Hashable, CustomStringConvertible {
    let message: String
    let hint: String?

    init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }

    /// The message, then the hint on a line of its own.
    var description: String {
        guard let hint else { return message }
        return "\(message)\nhint: \(hint)"
    }
}

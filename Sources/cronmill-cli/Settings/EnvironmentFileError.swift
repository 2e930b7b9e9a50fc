/// Why an environment file cannot be used. It never holds what the line says, which may be a password.
struct EnvironmentFileError: Error, Hashable, CustomStringConvertible {
    let file: String
    /// The line, counted from 1; nil if the file as a whole cannot be read.
    let line: Int?
    let reason: String

    var description: String {
        guard let line else { return "\(file) \(reason)" }
        return "\(file) line \(line) \(reason)"
    }
}

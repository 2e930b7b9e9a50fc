#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The variables of an environment file such as `.env`.
///
/// A line is `NAME=value`, `export NAME=value`, a comment or blank. `'...'` is taken as it stands; in `"..."`, `\n`,
/// `\"`, `\\` and `\$` are escapes; a value without quotes ends at a blank followed by `#`. Nothing is expanded. A name
/// that is given twice has its last value, as in a shell.
struct EnvironmentFile: Sendable, Hashable {
    struct Entry: Sendable, Hashable {
        let value: String
        let line: Int
    }

    /// The file as the user knows it.
    let name: String
    let entries: [String: Entry]

    /// Parses the text of a file.
    ///
    /// - Throws: `EnvironmentFileError` with the number of the first line that is none of the above.
    init(name: String, text: String) throws(EnvironmentFileError) {
        var scalars = Array(text.unicodeScalars)
        if scalars.first == "\u{feff}" { scalars.removeFirst() }
        var entries: [String: Entry] = [:]
        for (index, var line) in scalars.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.last == "\r" { line.removeLast() }
            var parser = EnvironmentLine(rest: line)
            do throws(EnvironmentLine.Refusal) {
                guard let (key, value) = try parser.parse() else { continue }
                entries[key] = Entry(value: value, line: index + 1)
            } catch {
                throw EnvironmentFileError(file: name, line: index + 1, reason: error.rawValue)
            }
        }
        self.name = name
        self.entries = entries
    }

    /// Reads a file, or returns nil if there is none at that path.
    ///
    /// - Throws: `EnvironmentFileError` if it is there and cannot be read or understood.
    static func read(path: String) throws(EnvironmentFileError) -> EnvironmentFile? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let code = errno
            guard code != ENOENT else { return nil }
            throw unreadable(path, code)
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = readBytes(descriptor, &buffer, buffer.count)
            if count == 0 { break }
            guard count > 0 else {
                let code = errno
                if code == EINTR { continue }
                throw unreadable(path, code)
            }
            bytes += buffer.prefix(count)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw EnvironmentFileError(file: path, line: nil, reason: "is not UTF-8 text")
        }
        return try EnvironmentFile(name: path, text: text)
    }

    private static func unreadable(_ path: String, _ code: Int32) -> EnvironmentFileError {
        EnvironmentFileError(file: path, line: nil, reason: "cannot be read: \(String(cString: strerror(code)))")
    }
}

/// read(2), which a function named `read` would hide.
private func readBytes(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}

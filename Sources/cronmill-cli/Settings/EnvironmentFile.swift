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
    /// Whether a flag names it.
    var isNamed = false
    /// Whether other users of the machine can read it.
    var isReadByOthers = false

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
    /// One that others may write is refused: it says where passwords go. One that nobody named has to be this user's, or
    /// root's, besides.
    ///
    /// - Throws: `EnvironmentFileError` if it is there and cannot be read, trusted or understood.
    static func read(path: String, isNamed: Bool = false) throws(EnvironmentFileError) -> EnvironmentFile? {
        // A pipe that somebody has put there must not hold the command up.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | (isNamed ? 0 : O_NONBLOCK))
        guard descriptor >= 0 else {
            let code = errno
            guard code != ENOENT else { return nil }
            throw unreadable(path, code)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unreadable(path, errno) }
        try checkOwner(path, status, isNamed: isNamed)
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
        var file = try EnvironmentFile(name: path, text: text)
        file.isNamed = isNamed
        file.isReadByOthers = status.st_mode & S_IFMT == S_IFREG && status.st_mode & 0o044 != 0
        return file
    }

    private static func checkOwner(_ path: String, _ status: stat, isNamed: Bool) throws(EnvironmentFileError) {
        // Pipes and devices have no content that stays.
        guard status.st_mode & S_IFMT == S_IFREG else { return }
        guard isNamed || status.st_uid == geteuid() || status.st_uid == 0 else {
            throw EnvironmentFileError(
                file: path,
                line: nil,
                reason: "belongs to another user (\(status.st_uid)); if it is meant, name it with --env-file"
            )
        }
        // A group of one's own, as many systems give each user, is nobody else.
        let isGroupWritten = status.st_mode & 0o020 != 0 && status.st_gid != getegid()
        guard status.st_mode & 0o002 == 0, !isGroupWritten else {
            throw EnvironmentFileError(
                file: path,
                line: nil,
                reason: "may be written by other users: chmod go-w \(path)"
            )
        }
    }

    private static func unreadable(_ path: String, _ code: Int32) -> EnvironmentFileError {
        EnvironmentFileError(file: path, line: nil, reason: "cannot be read: \(String(cString: strerror(code)))")
    }
}

/// read(2), which a function named `read` would hide.
private func readBytes(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}

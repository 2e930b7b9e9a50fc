internal import Cronmill
internal import Glibc

/// A file read in pieces; nil is standard input.
final class InputFile: Sendable {
    private let descriptor: Int32
    private let name: String

    init(path: String?) throws {
        name = path ?? "standard input"
        descriptor = path.map { open($0, O_RDONLY | O_CLOEXEC) } ?? STDIN_FILENO
        guard descriptor >= 0 else {
            throw CronmillError(.usage, "could not open file \"\(name)\": \(String(cString: strerror(errno)))")
        }
        var about = stat()
        if fstat(descriptor, &about) == 0, about.st_mode & S_IFMT == S_IFDIR {
            let isNamed = descriptor != STDIN_FILENO
            if isNamed { close(descriptor) }
            throw CronmillError(.usage, isNamed ? "\"\(name)\" is a directory" : "standard input is a directory")
        }
    }

    deinit {
        if descriptor != STDIN_FILENO { close(descriptor) }
    }

    @Sendable func read() throws -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count > 0 { return Array(buffer[..<count]) }
            if count == 0 { return nil }
            if errno != EINTR { throw Self.error(name) }
        }
    }

    /// All of it.
    ///
    /// - Parameter what: what the error calls it.
    /// - Throws: `CronmillError` (usage) for what is no text in UTF-8.
    func text(_ what: String) throws -> String {
        var bytes: [UInt8] = []
        while let piece = try read() { bytes += piece }
        guard let text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(0) else {
            throw CronmillError(.usage, "\(what) is not text in UTF-8")
        }
        return text
    }

    private static func error(_ name: String) -> CronmillError {
        CronmillError(.failed, "could not read \(name): \(String(cString: strerror(errno)))")
    }
}

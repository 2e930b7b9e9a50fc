internal import Cronmill
internal import Glibc

/// A file that a command was asked to write.
enum OutputFile {
    /// Replaces the file's text.
    ///
    /// - Throws: `CronmillError` if it cannot be written.
    static func write(_ text: String, to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 || errno == EINTR else { throw failure(path) }
            rest = rest.dropFirst(max(0, count))
        }
    }

    private static func failure(_ path: String) -> CronmillError {
        CronmillError(.failed, "could not write file \"\(path)\": \(String(cString: strerror(errno)))")
    }
}

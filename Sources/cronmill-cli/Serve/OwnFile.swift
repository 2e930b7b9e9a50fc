internal import Cronmill
internal import Glibc

/// A small file that is believed, or secret.
enum OwnFile {
    private static let longest = 1 << 20

    /// What is in it.
    ///
    /// - Parameters:
    ///   - path: where it is.
    ///   - mode: the bits that it must not have.
    ///   - reason: what who has those can do: `others can write`.
    /// - Throws: `CronmillError` for one that cannot be read, or is others' or has one of these bits.
    static func text(_ path: String, notFor mode: mode_t, _ reason: String) throws -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CronmillError(.usage, "cannot read \(path): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & mode == 0 else {
            throw CronmillError(.usage, "\(reason) \(path)", hint: "chmod 600 \(path.shellWord)")
        }
        guard [0, geteuid()].contains(status.st_uid) else {
            throw CronmillError(.usage, "\(path) belongs to somebody else, who can write it")
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= longest {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer.prefix(count)
        }
        guard bytes.count <= longest, let text = String(validating: bytes, as: UTF8.self) else {
            throw CronmillError(.usage, "\(path) is no text, or longer than a megabyte")
        }
        return text
    }
}

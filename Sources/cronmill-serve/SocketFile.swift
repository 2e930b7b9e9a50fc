internal import Glibc

/// The socket in the file system that a proxy comes through.
enum SocketFile {
    struct Failure: Error {
        let message: String
    }

    /// Takes away a socket that nobody listens on, which a program has left behind that was killed; and sees to it that the
    /// new one is for its owner and group alone, whoever may come through it being believed.
    ///
    /// - Throws: `Failure` for one that is in use, and for anything but a socket.
    static func makeWay(_ path: String) throws(Failure) {
        umask(0o117)
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw Failure(message: "\(path) is there, and no socket") }
        guard !isInUse(path) else { throw Failure(message: "somebody listens on \(path)") }
        guard unlink(path) == 0 else {
            throw Failure(message: "cannot remove \(path): \(String(cString: strerror(errno)))")
        }
    }

    static func remove(_ path: String) { unlink(path) }

    private static func isInUse(_ path: String) -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8.prefix(MemoryLayout.size(ofValue: address.sun_path) - 1)) + [0]
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) == 0 }
        }
    }
}

internal import Glibc

/// Where the address that logs in is written: a new file, for its owner alone. It is made before anything else, so that one
/// that cannot be made is told at once.
struct LoginFile: Sendable {
    struct Failure: Error {
        let message: String
    }

    private let path: String
    let descriptor: Int32

    /// - Throws: `Failure` for one that is there, or cannot be made.
    init(_ path: String) throws(Failure) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Failure(message: "cannot make \(path): \(String(cString: strerror(errno)))")
        }
    }

    /// Takes it away again where nothing was written to it.
    func removeUnwritten() {
        var status = stat()
        if fstat(descriptor, &status) == 0, status.st_size == 0 { unlink(path) }
    }
}

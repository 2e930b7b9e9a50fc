internal import Glibc
internal import SystemPackage

/// The temporary directory of a private server: its data, its log and its socket.
struct ServerDirectory {
    let path: String

    var settingsPath: String { path + "/postgresql.conf" }
    var authenticationPath: String { path + "/pg_hba.conf" }
    var setupLogPath: String { path + "/setup.log" }
    var serverLogPath: String { path + "/server.log" }

    private let account: ServerAccount?

    /// `$TMPDIR` or `/tmp` plus this is what a socket path has to fit in.
    private static let namePattern = "/cronmill-XXXXXX"
    /// Linux keeps 108 bytes for a socket path, the last of them NUL; the rest of it is `/.s.PGSQL.65535`.
    private static let longestPath = 107 - 15

    /// A new directory that nobody but the server's account (and root) may enter.
    init(for account: ServerAccount?) throws(PrivateServerError) {
        self.account = account
        let parent = Self.parent(for: account)
        var template = Array((parent + Self.namePattern).utf8CString)
        guard mkdtemp(&template) != nil else {
            throw .systemCall("no temporary directory in \(parent)", hint: "set TMPDIR to a directory you may write to")
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        try give(path)
    }

    /// Writes a small file that the server's account may read.
    func write(_ text: String, to file: String) throws {
        let descriptor = try FileDescriptor.open(
            file,
            .writeOnly,
            options: [.create, .truncate],
            permissions: .ownerReadWrite
        )
        try descriptor.closeAfter { _ = try descriptor.writeAll(text.utf8) }
        try give(file)
    }

    /// The last lines of the server's log, or of what `initdb` and `pg_ctl` said when there is no log yet, each after
    /// a line break; to be put behind a message.
    func logTail() -> String {
        let log = Self.tail(of: serverLogPath)
        return (log.isEmpty ? Self.tail(of: setupLogPath) : log).map { "\n" + $0 }.joined()
    }

    /// Removes what `init` and `write` made; for a server of which nothing else ever came to be.
    func removeUnused() {
        unlink(settingsPath)
        unlink(authenticationPath)
        rmdir(path)
    }

    private func give(_ path: String) throws(PrivateServerError) {
        guard let account else { return }
        guard chown(path, account.userID, account.groupID) == 0 else {
            throw .systemCall("\(path) cannot be given to the account that runs the server")
        }
    }

    private static func parent(for account: ServerAccount?) -> String {
        guard let value = getenv("TMPDIR") else { return "/tmp" }
        var parent = String(cString: value)
        while parent.count > 1, parent.hasSuffix("/") { parent.removeLast() }
        return isUsable(parent, isForOtherAccount: account != nil) ? parent : "/tmp"
    }

    /// Whether a server can have its socket below that folder.
    ///
    /// PostgreSQL and libpq split lists of socket directories at commas, and `stopCommand` is a shell line, so only
    /// harmless characters are taken. A server of another account needs to get there and to remove its directory.
    private static func isUsable(_ parent: String, isForOtherAccount: Bool) -> Bool {
        guard parent.hasPrefix("/"), parent.utf8.count + namePattern.utf8.count <= longestPath else { return false }
        let harmless = parent.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
            default: false
            }
        }
        guard harmless, access(parent, W_OK | X_OK) == 0 else { return false }
        return !isForOtherAccount || isOpenToOthers(parent)
    }

    private static func isOpenToOthers(_ path: String) -> Bool {
        var folder = path
        var wanted = S_IWOTH | S_IXOTH
        while true {
            var status = stat()
            guard stat(folder.isEmpty ? "/" : folder, &status) == 0, status.st_mode & wanted == wanted else {
                return false
            }
            guard let slash = folder.lastIndex(of: "/") else { return true }
            folder = String(folder[..<slash])
            wanted = S_IXOTH
        }
    }

    private static func tail(of file: String) -> [Substring] {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        let length = lseek(descriptor, 0, SEEK_END)
        var bytes = [UInt8](repeating: 0, count: min(Int(length), 8_192))
        let count = pread(descriptor, &bytes, bytes.count, length - bytes.count)
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
            .split(separator: "\n")
            .suffix(20)
    }
}

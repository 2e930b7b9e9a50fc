internal import Glibc

/// The account a private server runs as when this process is root, because PostgreSQL refuses root.
struct ServerAccount: Hashable {
    let userID: uid_t
    let groupID: gid_t

    /// `postgres`, else `nobody`; nil when this process is an ordinary user and so runs the server itself.
    static func needed() throws(PrivateServerError) -> ServerAccount? {
        guard geteuid() == 0 else { return nil }
        guard let account = ServerAccount(named: "postgres") ?? ServerAccount(named: "nobody") else {
            throw PrivateServerError(
                "PostgreSQL does not run as root, and there is neither a user postgres nor a user nobody",
                hint: "run this as an ordinary user"
            )
        }
        return account
    }

    /// The words before a command that runs it as this account.
    ///
    /// The child of a process with threads must not change its own user: glibc then waits for threads that the child
    /// does not have, and swift-subprocess 1.0.2 hangs there now and then.
    var prefix: [String] {
        ["setpriv", "--reuid=\(userID)", "--regid=\(groupID)", "--clear-groups", "--"]
    }

    private init?(named name: String) {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        guard getpwnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        userID = entry.pw_uid
        groupID = entry.pw_gid
    }
}

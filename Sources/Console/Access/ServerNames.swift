internal import Synchronization

/// The names that this server goes by, and where a proxy has put it.
final class ServerNames: Sendable {
    private let listening = Mutex<Int?>(nil)
    private let hosts: [String]
    /// The folder it is in for browsers, `/` or `/console/`.
    let base: String
    /// Whether a proxy stands in front of it that speaks TLS.
    let isBehindTLS: Bool

    /// - Parameters:
    ///   - hosts: names that `Host` may have, besides those of loopback.
    ///   - base: the folder it is in for browsers, with or without slashes round it.
    init(hosts: [String] = [], base: String = "", isBehindTLS: Bool = false) {
        self.hosts = hosts.map { $0.lowercased() }
        let parts = base.split(separator: "/")
        self.base = parts.isEmpty ? "/" : "/\(parts.joined(separator: "/"))/"
        self.isBehindTLS = isBehindTLS
    }

    /// Says which port it has become, which is a part of the names.
    func listen(on port: Int) { listening.withLock { $0 = port } }

    /// Nil for a socket in the file system.
    var port: Int? { listening.withLock { $0 } }

    /// Whether a request is for this server: another name may be one that its owner points at this machine, to have a
    /// visitor's browser read here (DNS rebinding).
    func know(host: String?) -> Bool {
        guard let host = host?.lowercased() else { return false }
        if hosts.contains(host) { return true }
        let own = ["127.0.0.1", "localhost", "[::1]"] + hosts
        // Through a socket in the file system no browser comes but through the proxy.
        guard let port else { return host == "localhost" }
        return own.contains { host == "\($0):\(port)" || port == 80 && host == $0 }
    }

    /// A path as it is within the folder, whether or not the proxy has taken the folder away; nil for the folder without
    /// the slash behind it, in which relative addresses would lead astray.
    func path(within path: String) -> String? {
        guard base != "/" else { return path }
        if path + "/" == base { return nil }
        return path.hasPrefix(base) ? "/" + path.dropFirst(base.count) : path
    }

    /// The field that gives a browser a cookie, for so long or until it is closed, or takes it away.
    func cookie(_ name: String, _ value: String?, for time: Duration? = nil) -> String {
        let age = value == nil ? .zero : time
        return
            "\(name)=\(value ?? "")\(age.map { "; Max-Age=\($0.components.seconds)" } ?? ""); Path=\(base); HttpOnly; SameSite=Strict"
            + (isBehindTLS ? "; Secure" : "")
    }
}

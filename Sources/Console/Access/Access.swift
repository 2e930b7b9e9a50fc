internal import Cronmill
internal import HTTPTypes
internal import Postgres
internal import Synchronization

/// Who may see what: one-time address, cookie, token, and the names that this server goes by.
final class Access: Sendable {
    private struct State {
        var oneTime: String?
        var session: String?
        var token = ""
        var port: Int?
    }

    private let state = Mutex(State())
    private let own: Deployment
    private let hosts: [String]
    private let metricsToken: String?

    /// - Parameters:
    ///   - own: the console's own way to the databases, by which the one who follows the one-time address acts.
    ///   - hosts: names that `Host` may have, besides those of loopback.
    ///   - metricsToken: what `/metrics` is read with; nil leaves it to who is logged in.
    init(own: Deployment, hosts: [String] = [], metricsToken: String? = nil) {
        self.own = own
        self.hosts = hosts.map { $0.lowercased() }
        self.metricsToken = metricsToken
    }

    /// Says which port it has become, which is a part of the names.
    func listen(on port: Int) { state.withLock { $0.port = port } }

    // MARK: Names

    /// Whether a request is for this server: another name may be one that its owner points at this machine, to have a
    /// visitor's browser read here (DNS rebinding).
    func knows(host: String?) -> Bool {
        guard let host = host?.lowercased(), let port = state.withLock({ $0.port }) else { return false }
        let own = ["127.0.0.1", "localhost", "[::1]"] + hosts
        return hosts.contains(host) || own.contains { host == "\($0):\(port)" || port == 80 && host == $0 }
    }

    // MARK: Log-in

    /// Makes a new secret that logs in once, and forgets the one before.
    func issue() -> String {
        let secret = Self.secret()
        state.withLock { $0.oneTime = secret }
        return secret
    }

    /// Takes a secret; nil if it is none, or has been taken. Else what the cookie holds from now on.
    func redeem(_ secret: String) -> String? {
        state.withLock { state in
            guard let expected = state.oneTime, Self.areEqual(expected, secret) else { return nil }
            let session = Self.secret()
            (state.oneTime, state.session, state.token) = (nil, session, Self.secret())
            return session
        }
    }

    /// The cookie's name: a browser sends cookies of one port to all ports of a host, so that two consoles must not
    /// have the same.
    var cookieName: String { "cronmill-\(state.withLock { $0.port } ?? 0)" }

    /// Who asks; nil if he is not logged in.
    func viewer(of request: HTTPRequest) -> Viewer? {
        let (session, token) = state.withLock { ($0.session, $0.token) }
        guard let session else { return nil }
        let prefix = cookieName + "="
        // Of several one has to be it: those of other paths are not asked for.
        let isShown = request.headerFields[values: .cookie].contains { field in
            field.split(separator: ";").contains { pair in
                let pair = pair.drop { $0 == " " }
                return pair.hasPrefix(prefix) && Self.areEqual(String(pair.dropFirst(prefix.count)), session)
            }
        }
        guard isShown else { return nil }
        return Viewer(role: own.cron["user"] ?? "", deployment: own, mayAct: false, token: token)
    }

    func mayReadMetrics(_ request: HTTPRequest) -> Bool {
        if viewer(of: request) != nil { return true }
        guard let metricsToken, let field = request.headerFields[.authorization] else { return false }
        let scheme = "bearer "
        return field.lowercased().hasPrefix(scheme)
            && Self.areEqual(String(field.dropFirst(scheme.count)), metricsToken)
    }

    // MARK: Secrets

    /// 128 bits, as hexadecimal digits.
    private static func secret() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<16).map { _ in
            let byte = UInt8.random(in: .min ... .max, using: &generator)
            return (byte < 0x10 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    /// Compares in a time that says nothing of where they differ.
    static func areEqual(_ one: String, _ other: String) -> Bool {
        let (one, other) = (Array(one.utf8), Array(other.utf8))
        guard one.count == other.count else { return false }
        return zip(one, other).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

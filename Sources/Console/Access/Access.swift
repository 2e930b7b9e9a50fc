internal import Cronmill
internal import HTTPTypes
internal import Postgres
internal import Synchronization

/// Who is let in: one-time address, cookie, token, and the names that this server goes by.
final class Access: Sendable {
    private struct State {
        var oneTime: String?
        var port: Int?
    }

    private let state = Mutex(State())
    let sessions = Sessions()
    private let own: Deployment
    private let mayAct: Bool
    private let hosts: [String]
    private let metricsToken: String?

    /// - Parameters:
    ///   - own: the console's own way to the databases, by which the one who follows the one-time address acts.
    ///   - mayAct: whether he may change something.
    ///   - hosts: names that `Host` may have, besides those of loopback.
    ///   - metricsToken: what `/metrics` is read with; nil leaves it to who is logged in.
    init(own: Deployment, mayAct: Bool = false, hosts: [String] = [], metricsToken: String? = nil) {
        (self.own, self.mayAct) = (own.patient, mayAct)
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
        let secret = Secret.new()
        state.withLock { $0.oneTime = secret }
        return secret
    }

    /// Takes a secret; nil if it is none, or has been taken. Else what the cookie holds from now on.
    func redeem(_ secret: String, at now: ContinuousClock.Instant) -> String? {
        let isRight = state.withLock { state in
            guard let expected = state.oneTime, Secret.areEqual(expected, secret) else { return false }
            state.oneTime = nil
            return true
        }
        guard isRight else { return nil }
        let role = own.cron["user"] ?? ConnectionInfo.defaults["user"] ?? ""
        let viewer = Viewer(role: role, deployment: own, mayAct: mayAct, token: Secret.new())
        return sessions.begin(viewer, .untilTheEnd, at: now)
    }

    /// The cookie's name: a browser sends cookies of one port to all ports of a host, so that two consoles must not
    /// have the same.
    var cookieName: String { "cronmill-\(state.withLock { $0.port } ?? 0)" }

    /// The session of the one who asks; nil if he is not logged in.
    func session(of call: Call) -> Session? { session(of: call.request, at: call.now) }

    private func session(of request: HTTPRequest, at now: ContinuousClock.Instant) -> Session? {
        let prefix = cookieName + "="
        let secrets = request.headerFields[values: .cookie].flatMap { field in
            field.split(separator: ";").compactMap { pair -> String? in
                let pair = pair.drop { $0 == " " }
                return pair.hasPrefix(prefix) ? String(pair.dropFirst(prefix.count)) : nil
            }
        }
        // What a script asks for says so.
        let isScript = HTTPField.Name("Sec-Fetch-Dest").flatMap { request.headerFields[$0] } == "empty"
        return sessions.find(secrets, isUse: !isScript, at: now)
    }

    /// Who asks; nil if he is not logged in.
    func viewer(of call: Call) -> Viewer? { session(of: call)?.viewer }

    func mayReadMetrics(_ call: Call) -> Bool {
        if viewer(of: call) != nil { return true }
        guard let metricsToken, let field = call.request.headerFields[.authorization] else { return false }
        let scheme = "bearer "
        return field.lowercased().hasPrefix(scheme)
            && Secret.areEqual(String(field.dropFirst(scheme.count)), metricsToken)
    }
}

internal import Cronmill
internal import HTTPTypes
internal import Postgres
internal import Synchronization

/// Who is let in: one-time address, password, proxy; cookie, and token of machines.
final class Access: Sendable {
    let kind: LoginKind
    let names: ServerNames
    let sessions = Sessions()
    let attempts = Attempts()
    /// The console's own way to the databases.
    let own: Deployment
    private let oneTime = Mutex<String?>(nil)
    private let metricsToken: String?

    /// - Parameters:
    ///   - own: the console's own way to the databases, by which the one who follows the one-time address acts.
    ///   - kind: how people log in.
    ///   - names: those that this server goes by.
    ///   - metricsToken: what `/metrics` is read with; nil leaves it to who is logged in.
    init(own: Deployment, kind: LoginKind, names: ServerNames, metricsToken: String? = nil) {
        (self.own, self.kind, self.names, self.metricsToken) = (own.patient, kind, names, metricsToken)
    }

    // MARK: One-time address

    /// Makes a new secret that logs in once, and forgets the one before; nil where people log in otherwise.
    func issue() -> String? {
        guard case .once = kind else { return nil }
        let secret = Secret.new()
        oneTime.withLock { $0 = secret }
        return secret
    }

    /// Takes a secret; nil if it is none, or has been taken. Else what the cookie holds from now on.
    func redeem(_ secret: String, at now: ContinuousClock.Instant) async -> String? {
        guard case .once(let mayAct) = kind else { return nil }
        let isRight = oneTime.withLock { oneTime in
            guard let expected = oneTime, Secret.areEqual(expected, secret) else { return false }
            oneTime = nil
            return true
        }
        guard isRight else { return nil }
        let role = own.cron["user"] ?? ConnectionInfo.defaults["user"] ?? ""
        var viewer = Viewer(role: role, deployment: own, mayAct: mayAct, token: Secret.new())
        // Where the cron database does not answer, that is what he comes to see.
        let login = try? await within(.seconds(4)) { [own] in try await own.impatient.login() }
        if let login { viewer.acknowledges = login.acknowledges }
        return sessions.begin(viewer, .untilTheEnd, at: now)
    }

    // MARK: Password

    /// Tries a role and its password at the cron database.
    ///
    /// - Parameter address: whose tries are counted together.
    /// - Returns: what the cookie holds from now on.
    /// - Throws: `Problem` if it is not let in, which does not say why, or if there were too many tries.
    func logIn(
        _ role: String,
        _ password: String,
        from address: String,
        at now: ContinuousClock.Instant
    ) async throws(Problem) -> String {
        // libpq would take an empty one for none, and look for it in files of the console's.
        // And the server would cut a longer name, so that one role had many.
        guard (1...63).contains(role.utf8.count), !password.isEmpty else { throw .wrongPassword }
        guard attempts.begin(from: address, as: role, at: now) else { throw .tooManyTries }
        let deployment = own.logging(in: role, password: password)
        let result: Result<Login, any Error>
        do {
            result = .success(try await deployment.login())
        } catch {
            result = .failure(error)
        }
        let login = try? result.get()
        attempts.end(from: address, as: role, at: now, hasFailed: login?.isByPassword != true)
        switch result {
        case .success(let login):
            // Where the server asks for none, any password is right.
            guard login.isByPassword else { throw .noPasswordAsked }
            return sessions.begin(Self.viewer(login, deployment), .limited, at: now)
        case .failure(let error as PostgresError) where error.kind == .connection && error.sqlState == nil:
            throw .cronUnreachable
        case .failure: throw .wrongPassword
        }
    }

    private static func viewer(_ login: Login, _ deployment: Deployment) -> Viewer {
        Viewer(
            role: login.role,
            deployment: deployment,
            mayAct: true,
            token: Secret.new(),
            databases: Set(login.databases),
            readsStatistics: login.readsStatistics,
            acknowledges: login.acknowledges
        )
    }

    // MARK: Who asks

    /// The cookie's name: a browser sends cookies of one port to all ports of a host, so that two consoles must not
    /// have the same.
    var cookieName: String { "cronmill-\(names.port ?? 0)" }

    /// Of the one that says which page was asked for before there was a session.
    var askedName: String { cookieName + "-asked" }

    /// The session of the one who asks; nil if he is not logged in.
    func session(of call: Call) async -> Session? {
        if case .proxy(let field, let services) = kind { return await session(ofProxied: call, field, services) }
        // What a script asks for says so: a page that renews itself keeps no session alive.
        return sessions.find(call.cookies(cookieName), isUse: call["Sec-Fetch-Dest"] != "empty", at: call.now)
    }

    /// Of one that the proxy names, once in its field and no more.
    private func session(ofProxied call: Call, _ field: String, _ services: [String: String]) async -> Session? {
        let users = HTTPField.Name(field).map { call.request.headerFields[values: $0] } ?? []
        guard let user = users.first, users.count == 1, let service = services[user] else { return nil }
        let secret = "user \(user)"
        if let session = sessions.find([secret], isUse: true, at: call.now) { return session }
        let deployment = own.using(service: service)
        guard let login = try? await deployment.login() else { return nil }
        sessions.begin(Self.viewer(login, deployment), .limited, at: call.now, secret: secret)
        return sessions.find([secret], isUse: true, at: call.now)
    }

    /// Who asks; nil if he is not logged in.
    func viewer(of call: Call) async -> Viewer? { await session(of: call)?.viewer }

    func mayReadMetrics(_ call: Call) async -> Bool {
        if let metricsToken, let field = call.request.headerFields[.authorization] {
            let scheme = "bearer "
            let isRight =
                field.lowercased().hasPrefix(scheme)
                && Secret.areEqual(String(field.dropFirst(scheme.count)), metricsToken)
            if isRight { return true }
        }
        // They are of all databases, which not everybody may see.
        guard let viewer = await viewer(of: call) else { return false }
        return viewer.databases == nil
    }
}

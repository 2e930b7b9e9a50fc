internal import Cronmill
internal import HTTPTypes

/// What is answered to a request, from the last snapshot: no request waits for a database.
struct Console: Sendable {
    let access: Access
    /// The last snapshot.
    let snapshot: @Sendable () -> Snapshot
    /// Told that a person looks.
    let onView: @Sendable () -> Void
    /// Told who has done what, in a line for a log.
    let onAction: @Sendable (String) -> Void
    /// Whether the addresses that people come from are served, too.
    let servesAliases: Bool
    let pages = PageCache()

    init(
        access: Access,
        snapshot: @escaping @Sendable () -> Snapshot,
        onView: @escaping @Sendable () -> Void,
        onAction: @escaping @Sendable (String) -> Void = { _ in },
        servesAliases: Bool = false
    ) {
        self.servesAliases = servesAliases
        self.onAction = onAction
        self.access = access
        self.snapshot = snapshot
        self.onView = onView
    }

    /// Never fails: what is wrong with a request is an answer, too.
    func answer(
        _ request: HTTPRequest,
        body: [UInt8] = [],
        from address: String = "",
        at now: ContinuousClock.Instant = .now
    ) async -> Answer {
        do throws(Problem) {
            return try await checked(request, body, address, now)
        } catch {
            return .problem(error, asPage: Call.wantsPage(request, within: access.names), asksIn: asksIn(error))
        }
    }

    private func checked(
        _ request: HTTPRequest,
        _ body: [UInt8],
        _ address: String,
        _ now: ContinuousClock.Instant
    ) async throws(Problem) -> Answer {
        guard access.names.know(host: request.authority) else { throw .misdirected }
        let call = try Call(request, body: body, from: address, within: access.names, at: now)
        switch request.method {
        case .get, .head: break
        case .post where Self.posts.contains(call.path): break
        default:
            guard Self.posts.contains(call.path) else { throw .readOnly }
            throw Endpoint.posts.contains(call.path) ? .onlyPost : .onlyForms
        }
        if let answer = try await forMachines(call) { return answer }
        try Self.checkSite(call, mayNavigate: call.path == "/login")
        if let answer = try await forAnybody(call) { return answer }
        guard let session = await access.session(of: call) else {
            switch access.kind {
            case .once: throw .unauthorized
            case .password: throw .logInFirst
            case .proxy: throw .unknownUser
            }
        }
        return try await forPeople(call, session)
    }

    /// Whether the page of a problem has the form to log in.
    private func asksIn(_ problem: Problem) -> Bool { access.kind == .password && problem.status == .unauthorized }

    /// Refuses what another site's page asks for: browsers say so (Fetch Metadata); a person may follow its link to log in.
    /// Older ones say of what is sent where it comes from.
    static func checkSite(_ call: Call, mayNavigate: Bool) throws(Problem) {
        let isRead = call.request.method != .post
        if let site = call["Sec-Fetch-Site"] {
            guard site != "same-origin", site != "none" else { return }
            guard isRead, mayNavigate, call["Sec-Fetch-Mode"] == "navigate" else { throw .crossSite }
        } else if !isRead, let origin = call["Origin"] {
            let host = origin.firstRange(of: "://").map { origin[$0.upperBound...].lowercased() }
            guard host == call.request.authority?.lowercased() else { throw .crossSite }
        }
    }
}

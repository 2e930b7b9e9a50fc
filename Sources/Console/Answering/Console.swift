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
    let pages = PageCache()

    init(
        access: Access,
        snapshot: @escaping @Sendable () -> Snapshot,
        onView: @escaping @Sendable () -> Void,
        onAction: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.onAction = onAction
        self.access = access
        self.snapshot = snapshot
        self.onView = onView
    }

    /// Never fails: what is wrong with a request is an answer, too.
    func answer(
        _ request: HTTPRequest,
        body: [UInt8] = [],
        at now: ContinuousClock.Instant = .now
    ) async -> Answer {
        do throws(Problem) {
            return try await checked(request, body, now)
        } catch {
            return .problem(error, asPage: Call.wantsPage(request))
        }
    }

    private func checked(
        _ request: HTTPRequest,
        _ body: [UInt8],
        _ now: ContinuousClock.Instant
    ) async throws(Problem) -> Answer {
        guard access.knows(host: request.authority) else { throw .misdirected }
        let call = try Call(request, body: body, at: now)
        switch request.method {
        case .get, .head: break
        case .post where Self.posts.contains(call.path): break
        default: throw Self.posts.contains(call.path) ? .onlyForms : .readOnly
        }
        if let answer = try await forMachines(call) { return answer }
        try Self.checkSite(call, mayNavigate: call.path == "/login")
        if call.path == "/login" { return try logIn(call) }
        guard let session = access.session(of: call) else { throw .unauthorized }
        return try await forPeople(call, session)
    }

    // MARK: For people

    /// The page leads on by itself, and not the head: a browser that came here from another site would not send a strict
    /// cookie along to where that leads.
    private func logIn(_ call: Call) throws(Problem) -> Answer {
        try call.query.check(allowed: ["once"])
        // What looks at a link before anybody follows it must not use it up.
        let isLook = ["Sec-Purpose", "Purpose"].contains { call[$0]?.hasPrefix("prefetch") == true }
        guard call.request.method == .get, !isLook else { throw .notYet }
        guard let secret = call.query["once"], let session = access.redeem(secret, at: call.now) else { throw .usedUp }
        var answer = Answer.html(
            Page.whole(
                title: "Logged in",
                head: "<meta http-equiv=\"refresh\" content=\"0; url=./\">",
                "<main class=\"problem\"><h1>Logged in</h1><p><a href=\"./\">Overview</a></p></main>"
            )
        )
        answer.fields[.setCookie] = "\(access.cookieName)=\(session); Path=/; HttpOnly; SameSite=Strict"
        return answer
    }

    /// Refuses what another site's page asks for: browsers say so (Fetch Metadata); a person may follow its link to log in.
    /// Older ones say of what is sent where it comes from.
    private static func checkSite(_ call: Call, mayNavigate: Bool) throws(Problem) {
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

internal import Cronmill
internal import HTTPTypes

/// What is answered to a request, from the last snapshot: no request waits for a database.
struct Console: Sendable {
    let access: Access
    /// The last snapshot.
    let snapshot: @Sendable () -> Snapshot
    /// Told that a person looks.
    let onView: @Sendable () -> Void
    let pages = PageCache()

    init(access: Access, snapshot: @escaping @Sendable () -> Snapshot, onView: @escaping @Sendable () -> Void) {
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
        guard let viewer = access.viewer(of: request) else { throw .unauthorized }
        return try await forPeople(call, viewer)
    }

    // MARK: For people

    /// The page leads on by itself, and not the head: a browser that came here from another site would not send a strict
    /// cookie along to where that leads.
    private func logIn(_ call: Call) throws(Problem) -> Answer {
        try call.query.check(allowed: ["once"])
        // What looks at a link before anybody follows it must not use it up.
        let isLook = ["Sec-Purpose", "Purpose"].contains { call[$0]?.hasPrefix("prefetch") == true }
        guard call.request.method == .get, !isLook else { throw .notYet }
        guard let secret = call.query["once"], let session = access.redeem(secret) else { throw .usedUp }
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
    private static func checkSite(_ call: Call, mayNavigate: Bool) throws(Problem) {
        guard let site = call["Sec-Fetch-Site"], site != "same-origin", site != "none" else { return }
        guard mayNavigate, call["Sec-Fetch-Mode"] == "navigate" else { throw .crossSite }
    }
}

internal import Cronmill
internal import HTTPTypes

/// What is answered to a request, from the last snapshot: no request waits for a database.
struct Console: Sendable {
    let access: Access
    /// The last snapshot.
    let snapshot: @Sendable () -> Snapshot
    /// Told that a person looks.
    let onView: @Sendable () -> Void
    private let pages = PageCache()

    init(access: Access, snapshot: @escaping @Sendable () -> Snapshot, onView: @escaping @Sendable () -> Void) {
        self.access = access
        self.snapshot = snapshot
        self.onView = onView
    }

    /// A longer target is no address of ours.
    static let longestTarget = 2_000

    /// Never fails: what is wrong with a request is an answer, too.
    func answer(_ request: HTTPRequest, at now: ContinuousClock.Instant = .now) -> Answer {
        do throws(Problem) {
            return try checked(request, now)
        } catch {
            return .problem(error, asPage: Self.wantsPage(request))
        }
    }

    private func checked(_ request: HTTPRequest, _ now: ContinuousClock.Instant) throws(Problem) -> Answer {
        guard access.knows(host: request.authority) else { throw .misdirected }
        guard request.method == .get || request.method == .head else { throw .readOnly }
        let target = request.path ?? "/"
        guard target.utf8.count <= Self.longestTarget else {
            throw Problem(status: .uriTooLong, detail: "The address is longer than \(Self.longestTarget) bytes.")
        }
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let query = try Query(parts.count > 1 ? parts[1] : "")
        let path = String(parts[0])
        switch path {
        case "/healthz", "/readyz", "/api/v1/health": return try health(path, query, request, now)
        case "/metrics": return try metrics(query, request, now)
        default: break
        }
        try Self.checkSite(request, mayNavigate: path == "/login")
        if path == "/login" { return try logIn(query, request) }
        guard access.isLoggedIn(request) else { throw .unauthorized }
        if let asset = Asset(path: path) { return try asset.answer(query, request) }
        guard path == "/" else { throw .notFound }
        try query.check(allowed: ["q"])
        let filter = try Filter(query["q"] ?? "")
        onView()
        let snapshot = snapshot()
        return .html(
            pages.page(of: snapshot.takenAt, filter, at: now) {
                Overview(snapshot: snapshot, filter: filter, now: now).page
            }
        )
    }

    // MARK: For machines

    private func health(
        _ path: String,
        _ query: Query,
        _ request: HTTPRequest,
        _ now: ContinuousClock.Instant
    ) throws(Problem) -> Answer {
        let snapshot = snapshot()
        if path != "/api/v1/health" {
            try query.check(allowed: [])
            let isWell = path == "/healthz" ? snapshot.isTicking(at: now) : snapshot.isReady(at: now)
            let status: Health.Status = isWell ? .pass : .fail
            return .json(["status": .string(status.rawValue)], status: isWell ? .ok : .serviceUnavailable)
        }
        try query.check(allowed: ["strict"])
        guard ["", nil].contains(query["strict"]) else { throw .badRequest("strict has no value.") }
        let health = Health(snapshot, at: now)
        return .json(
            access.isLoggedIn(request) ? health.json : health.brief,
            status: health.code(strict: query["strict"] != nil)
        )
    }

    private func metrics(
        _ query: Query,
        _ request: HTTPRequest,
        _ now: ContinuousClock.Instant
    ) throws(Problem) -> Answer {
        guard access.mayReadMetrics(request) else { throw .metricsToken }
        try query.check(allowed: [])
        return Answer(type: "text/plain; version=0.0.4; charset=utf-8", body: Metrics(snapshot(), at: now).text)
    }

    // MARK: For people

    /// The page leads on by itself, and not the head: a browser that came here from another site would not send a strict
    /// cookie along to where that leads.
    private func logIn(_ query: Query, _ request: HTTPRequest) throws(Problem) -> Answer {
        try query.check(allowed: ["once"])
        // What looks at a link before anybody follows it must not use it up.
        let isLook = ["Sec-Purpose", "Purpose"].compactMap { HTTPField.Name($0) }
            .contains { request.headerFields[$0]?.hasPrefix("prefetch") == true }
        guard request.method == .get, !isLook else { throw .notYet }
        guard let secret = query["once"], let session = access.redeem(secret) else { throw .usedUp }
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
    private static func checkSite(_ request: HTTPRequest, mayNavigate: Bool) throws(Problem) {
        guard let name = HTTPField.Name("Sec-Fetch-Site"), let mode = HTTPField.Name("Sec-Fetch-Mode"),
            let site = request.headerFields[name], site != "same-origin", site != "none"
        else { return }
        guard mayNavigate, request.headerFields[mode] == "navigate" else { throw .crossSite }
    }

    /// Browsers say that they want a page; programs want what RFC 9457 has.
    private static func wantsPage(_ request: HTTPRequest) -> Bool {
        let isForMachines = ["/api/", "/healthz", "/readyz", "/metrics"].contains {
            request.path?.hasPrefix($0) == true
        }
        return !isForMachines && request.headerFields[.accept]?.contains("text/html") == true
    }
}

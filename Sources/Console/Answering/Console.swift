internal import Cronmill
internal import HTTPTypes

/// What is answered to a request, from the last snapshot: no request waits for a database.
struct Console: Sendable {
    let access: Access
    /// The last snapshot.
    let snapshot: @Sendable () -> Snapshot
    /// Told at which databases a person looks.
    let onView: @Sendable ([String]) -> Void
    /// Told who has done what, in a line for a log.
    let onAction: @Sendable (String) -> Void
    /// Whether the addresses that people come from are served, too.
    let servesAliases: Bool
    let pages = PageCache()
    let changes = Changes()
    let seats = Seats()
    let gate = Gate()

    init(
        access: Access,
        snapshot: @escaping @Sendable () -> Snapshot,
        onView: @escaping @Sendable ([String]) -> Void,
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
            let isPage = Call.wantsPage(request, within: access.names)
            var answer = Answer.problem(error, asPage: isPage, login: login(request, after: error))
            if isPage { answer.fields[.setCookie] = noteOfAsked(request, after: error) }
            return answer
        }
    }

    private func checked(
        _ request: HTTPRequest,
        _ body: [UInt8],
        _ address: String,
        _ now: ContinuousClock.Instant
    ) async throws(Problem) -> Answer {
        // The first is taken for the name; of two a proxy may have looked at the other.
        guard HTTPField.Name("Host").map({ request.headerFields[$0] == nil }) ?? true else { throw .hostTwice }
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
        if let answer = try Self.checkSite(call) { return answer }
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

    /// Refuses what another site's page asks for or sends: browsers say so (Fetch Metadata), older ones only of what is sent. A
    /// person may follow its link: to log in, and, by a page of ours, to another page that only shows something. Never
    /// to one with a button, over which a click could be lured.
    static func checkSite(_ call: Call) throws(Problem) -> Answer? {
        let isRead = call.request.method != .post
        guard let site = call["Sec-Fetch-Site"] else {
            guard !isRead, let origin = call["Origin"] else { return nil }
            let host = origin.firstRange(of: "://").map { origin[$0.upperBound...].lowercased() }
            guard host == call.request.authority?.lowercased() else { throw .crossSite }
            return nil
        }
        if site == "same-origin" || site == "none" { return nil }
        guard isRead, call["Sec-Fetch-Mode"] == "navigate" else { throw .crossSite }
        if call.path == "/login" { return nil }
        let page = call.path.dropFirst()
        guard call["Sec-Fetch-Dest"] == "document", !posts.contains(call.path), page.allSatisfy({ $0 != "/" }) else {
            throw .crossSite
        }
        return .html(
            .leadingOn(title: "Cronmill", to: "./\(page)\(call.queryText.isEmpty ? "" : "?")\(call.queryText)")
        )
    }
}

extension HTML {
    /// A page that leads on by itself: to a redirect a browser that came from another site would not send a strict cookie
    /// along.
    static func leadingOn(title: String, to address: String) -> HTML {
        Page.whole(
            title: title,
            head: "<meta http-equiv=\"refresh\" content=\"0; url=\(address)\">",
            "<main class=\"problem\"><h1>\(title)</h1><p><a href=\"\(address)\">Go on</a></p></main>"
        )
    }
}

internal import HTTPTypes

/// To log in, and out.
extension Console {
    func logIn(_ call: Call) async throws(Problem) -> Answer {
        switch access.kind {
        case .once:
            guard call.request.method != .post else { throw .readOnly }
            return try await logInOnce(call)
        case .password: return try await logInByPassword(call)
        case .proxy: throw .notFound
        }
    }

    private func logInOnce(_ call: Call) async throws(Problem) -> Answer {
        try call.query.check(allowed: ["once"])
        // What looks at a link before anybody follows it must not use it up.
        let isLook = ["Sec-Purpose", "Purpose"].contains { call[$0]?.hasPrefix("prefetch") == true }
        guard call.request.method == .get, !isLook else { throw .notYet }
        guard let secret = call.query["once"], let session = await access.redeem(secret, at: call.now) else {
            throw .usedUp
        }
        let asked = askedFor(call)
        var answer = Answer.html(.leadingOn(title: "Logged in", to: asked ?? "./"))
        answer.fields[.setCookie] = access.names.cookie(access.cookieName, session)
        if asked != nil {
            let forgotten = access.names.cookie(access.askedName, nil)
            answer.fields.append(HTTPField(name: .setCookie, value: forgotten))
        }
        return answer
    }

    /// What the page of an error leaves with a browser that asked for a page and has to follow the one-time address first: which
    /// page it was. Nil where there is nothing to leave.
    func noteOfAsked(_ request: HTTPRequest, after problem: Problem) -> String? {
        guard case .once = access.kind, problem == .unauthorized, request.method == .get,
            let asked = asked(request)?.percentEncoded, asked.utf8.count <= 2_000
        else { return nil }
        return access.names.cookie(access.askedName, asked, for: .seconds(600))
    }

    /// The page that such a note names. Who else has written one, as another server of this host may, has it lead to no
    /// other place than one of our pages, and to none with a button.
    private func askedFor(_ call: Call) -> String? {
        let notes = call.cookies(access.askedName).compactMap { try? Query("back=\($0)"[...])["back"] }
        return notes.first { !$0.isEmpty && Link.isOurs($0) && !Self.isButton($0) }
    }

    /// A button is not what one lands on: its form may have been filled in by another.
    private static func isButton(_ address: String) -> Bool {
        let page = address.prefix { $0 != "?" }
        return posts.contains("/\(page.hasPrefix("./") ? page.dropFirst(2) : page)")
    }

    private func logInByPassword(_ call: Call) async throws(Problem) -> Answer {
        try call.query.check(allowed: ["back"])
        let back = try Link.back(call.query)
        guard call.request.method == .post else { return .html(LoginPage(remark: nil, back: back).page) }
        let form = try call.form
        try form.check(allowed: ["role", "password"])
        let session = try await access.logIn(
            form["role"] ?? "",
            form["password"] ?? "",
            from: address(of: call),
            at: call.now
        )
        var answer = Answer.seeOther(back.flatMap { Self.isButton($0) ? nil : $0 } ?? "./")
        answer.fields[.setCookie] = access.names.cookie(access.cookieName, session)
        return answer
    }

    /// The form to log in, for who has asked for a page and has to do that first, or was wrong; nil where there is none.
    func login(_ request: HTTPRequest, after problem: Problem) -> LoginPage? {
        guard access.kind == .password, problem.status == .unauthorized else { return nil }
        return LoginPage(remark: problem.detail, back: asked(request))
    }

    /// The page that was asked for, as a link from the log-in has it; nil is the overview, and what is no page of ours.
    private func asked(_ request: HTTPRequest) -> String? {
        let parts = (request.path ?? "/").split(separator: "?", maxSplits: 1)
        let path = parts.first.flatMap { access.names.path(within: String($0)) } ?? "/"
        let query = parts.count > 1 ? String(parts[1]) : ""
        // A query alone would be one of the log-in's own address.
        let page = path == "/" && !query.isEmpty ? "./" : path.dropFirst()
        let asked = path == "/login" ? (try? Query(query[...]))?["back"] : "\(page)\(query.isEmpty ? "" : "?")\(query)"
        return asked.flatMap { Link.isOurs($0) && $0 != "" ? $0 : nil }
    }

    /// Whose tries are counted: behind a proxy that of its client, which it has put last.
    private func address(of call: Call) -> String {
        guard access.names.isBehindTLS, let last = call["X-Forwarded-For"]?.split(separator: ",").last else {
            return call.from
        }
        return last.filter { $0 != " " }
    }

    /// Asks, and ends the session.
    func logOut(_ call: Call, _ session: Session) throws(Problem) -> Answer {
        try call.query.check(allowed: [])
        guard call.request.method == .post else { return .html(LogoutPage(session: session).page, hasToken: true) }
        _ = try call.form(of: session.viewer)
        access.sessions.end(session.secret)
        var answer = Answer.seeOther("./")
        answer.fields[.setCookie] = access.names.cookie(access.cookieName, nil)
        return answer
    }
}

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
        var answer = Answer.html(.leadingOn(title: "Logged in", to: "./"))
        answer.fields[.setCookie] = access.names.cookie(access.cookieName, session)
        return answer
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
        // A button is not what one lands on: that form may have been filled in by another.
        let isAction = back.map { Self.posts.contains("/\($0.prefix { $0 != "?" })") } ?? false
        var answer = Answer.seeOther(isAction ? "./" : back ?? "./")
        answer.fields[.setCookie] = access.names.cookie(access.cookieName, session)
        return answer
    }

    /// The form to log in, for who has asked for a page and has to do that first, or was wrong; nil where there is none.
    func login(_ request: HTTPRequest, after problem: Problem) -> LoginPage? {
        guard access.kind == .password, problem.status == .unauthorized else { return nil }
        let parts = (request.path ?? "/").split(separator: "?", maxSplits: 1)
        let path = parts.first.flatMap { access.names.path(within: String($0)) } ?? "/"
        let query = parts.count > 1 ? String(parts[1]) : ""
        let asked =
            path == "/login"
            ? (try? Query(query[...]))?["back"] : "\(path.dropFirst())\(query.isEmpty ? "" : "?")\(query)"
        return LoginPage(remark: problem.detail, back: asked.flatMap { Link.isOurs($0) && $0 != "" ? $0 : nil })
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

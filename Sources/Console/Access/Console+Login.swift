internal import HTTPTypes

/// To log in, and out.
extension Console {
    func logIn(_ call: Call) async throws(Problem) -> Answer {
        switch access.kind {
        case .once:
            guard call.request.method != .post else { throw .readOnly }
            return try logInOnce(call)
        case .password: return try await logInByPassword(call)
        case .proxy: throw .notFound
        }
    }

    private func logInOnce(_ call: Call) throws(Problem) -> Answer {
        try call.query.check(allowed: ["once"])
        // What looks at a link before anybody follows it must not use it up.
        let isLook = ["Sec-Purpose", "Purpose"].contains { call[$0]?.hasPrefix("prefetch") == true }
        guard call.request.method == .get, !isLook else { throw .notYet }
        guard let secret = call.query["once"], let session = access.redeem(secret, at: call.now) else { throw .usedUp }
        var answer = Answer.html(.leadingOn(title: "Logged in", to: "./"))
        answer.fields[.setCookie] = access.names.cookie(access.cookieName, session)
        return answer
    }

    private func logInByPassword(_ call: Call) async throws(Problem) -> Answer {
        try call.query.check(allowed: [])
        guard call.request.method == .post else { return .html(LoginPage(remark: nil).page) }
        let form = try call.form
        try form.check(allowed: ["role", "password"])
        let session = try await access.logIn(
            form["role"] ?? "",
            form["password"] ?? "",
            from: address(of: call),
            at: call.now
        )
        var answer = Answer.seeOther("./")
        answer.fields[.setCookie] = access.names.cookie(access.cookieName, session)
        return answer
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
        guard call.request.method == .post else { return .html(LogoutPage(session: session).page) }
        _ = try call.form(of: session.viewer)
        access.sessions.end(session.secret)
        var answer = Answer.seeOther("./")
        answer.fields[.setCookie] = access.names.cookie(access.cookieName, nil)
        return answer
    }
}

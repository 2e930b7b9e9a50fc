internal import Cronmill
internal import HTTPTypes
internal import Postgres

/// Actions: a page that asks, a form that does it, and a page that says what was done.
extension Console {
    func act(_ action: Action, _ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let viewer = session.viewer
        try checkActing(viewer)
        let back = try Link.back(call.query) ?? "./"
        let target = try Target(action, call.query)
        let seen = snapshot().seen(by: viewer)
        if target.database != nil { _ = try seen.database(call.query) }
        let deed = Deed(action: action, target: target, deployment: viewer.deployment, seen: seen)
        let isPost = call.request.method == .post
        // Who sends the form is refused by the database.
        if !isPost, let database = deed.target.database {
            guard await viewer.offered(in: database).mayAct else { throw .takesOperator }
        }
        let expected = isPost ? try Self.expected(call, viewer) : nil
        let count: Int
        do {
            count = try await deed.count()
        } catch {
            throw Problem(error)
        }
        var confirmation = Confirmation(
            deed: deed,
            viewer: viewer,
            count: count,
            address: "\(action.rawValue)?\(call.queryText)",
            back: back
        )
        guard let expected else { return .html(confirmation.page, hasToken: true) }
        guard count <= expected else {
            confirmation.remark =
                "There are more than when you were asked: \(count.counted), and \(expected.counted) before."
            return .html(confirmation.page, status: .conflict, hasToken: true)
        }
        let text: String
        do {
            text = try await deed.carryOut()
        } catch {
            let problem = Problem(error)
            log(deed, viewer, "failed, status \(problem.status.code): \(problem.detail)")
            throw problem
        }
        log(deed, viewer, text)
        access.sessions.note(Outcome(text: text, back: back), session.secret)
        return .seeOther("done")
    }

    /// Whether anything can be done here, and by him.
    func checkActing(_ viewer: Viewer) throws(Problem) {
        guard viewer.mayAct else { throw .mayNotAct }
        if snapshot().isStandby { throw .standby }
    }

    /// What was done last: a page of its own, so that to load it again does nothing again.
    func done(_ call: Call, _ session: Session) throws(Problem) -> Answer {
        try call.query.check(allowed: [])
        guard let outcome = session.outcome else { throw .notFound }
        return .html(
            Page.whole(
                title: "Done",
                """
                <main class="problem"><h1>Done</h1><p role="status">\(outcome.text)</p>
                <p><a href="\(outcome.back)">Back</a></p></main>
                """
            )
        )
    }

    /// The number that was confirmed, by a form of this session.
    private static func expected(_ call: Call, _ viewer: Viewer) throws(Problem) -> Int {
        let form = try call.form(of: viewer, with: ["count"])
        guard let count = form["count"].flatMap({ Int($0) }), count > 0 else {
            throw .badRequest("The form says no count.")
        }
        return count
    }

    private func log(_ deed: Deed, _ viewer: Viewer, _ outcome: String) {
        // Messages of tasks may have in them what is not for the log.
        let facts = deed.target.facts.filter { $0.name != "message has" }
            .map { "\($0.name) \"\($0.value)\"" }.joined(separator: ", ")
        onAction("role \"\(viewer.role)\": \(deed.action.rawValue): \(facts): \(outcome)".controlsEscaped)
    }
}

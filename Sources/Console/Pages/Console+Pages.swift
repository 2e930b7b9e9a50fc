internal import Cronmill

/// The pages that people look at.
extension Console {
    func overview(_ call: Call, _ viewer: Viewer) throws(Problem) -> Answer {
        try call.query.check(allowed: ["q"])
        let text = call.query["q"] ?? ""
        let filter: Filter
        do throws(Problem) {
            filter = try Filter(text)
        } catch {
            throw error.with(form: Overview.search(text))
        }
        onView()
        let snapshot = snapshot().seen(by: viewer)
        let (mayAct, role) = (viewer.mayAct, viewer.role)
        return .html(
            pages.page(of: snapshot.takenAt, filter, for: viewer.databases, acting: mayAct, as: role, at: call.now) {
                Overview(snapshot: snapshot, filter: filter, now: call.now, mayAct: mayAct, role: role).page
            }
        )
    }
}

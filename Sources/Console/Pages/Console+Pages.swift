internal import Cronmill

/// The pages that people look at.
extension Console {
    func overview(_ call: Call, _ viewer: Viewer) throws(Problem) -> Answer {
        try call.query.check(allowed: ["q"])
        let filter = try Filter(call.query["q"] ?? "")
        onView()
        let snapshot = snapshot().seen(by: viewer)
        return .html(
            pages.page(of: snapshot.takenAt, filter, for: viewer.databases, acting: viewer.mayAct, at: call.now) {
                Overview(snapshot: snapshot, filter: filter, now: call.now, mayAct: viewer.mayAct).page
            }
        )
    }
}

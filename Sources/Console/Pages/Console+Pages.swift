internal import Cronmill
internal import HTTPTypes

/// The first page, and what has changed on it.
extension Console {
    func overview(_ call: Call, _ viewer: Viewer) throws(Problem) -> Answer {
        let filter: Filter
        do throws(Problem) {
            filter = try self.filter(call)
        } catch {
            throw error.with(form: Overview.search(call.query["q"] ?? ""))
        }
        let snapshot = snapshot()
        return pages.answer(snapshot.version, for: Audience(filter, viewer), as: viewer.role, at: call.now) {
            overview(snapshot.seen(by: viewer), filter, viewer, at: call.now).page
        }
    }

    /// What changes on it from now on, as server-sent events, each with the parts that are new and the versions of the page
    /// that it leads from and to. Beyond what it can tell it is full (503), and pages ask again by themselves.
    func events(_ call: Call, _ session: Session) throws(Problem) -> Answer {
        let filter = try filter(call)
        guard let seat = seats.take() else { throw .tooManyListeners }
        let stream = EventStream(self, session.secret, filter, seat)
        var answer = Answer(type: "text/event-stream", body: "")
        answer.stream = AsyncStream { await stream.next() }
        // nginx would keep events until it has some kilobytes of them.
        if let name = HTTPField.Name("X-Accel-Buffering") { answer.fields[name] = "no" }
        return answer
    }

    private func filter(_ call: Call) throws(Problem) -> Filter {
        try call.query.check(allowed: ["q"])
        return try Filter(call.query["q"] ?? "")
    }

    /// - Parameter seen: what this viewer may see of a snapshot.
    func overview(_ seen: Snapshot, _ filter: Filter, _ viewer: Viewer, at now: ContinuousClock.Instant) -> Overview {
        let overview = Overview(snapshot: seen, filter: filter, now: now, viewer: viewer)
        onView(overview.databaseNames)
        return overview
    }
}

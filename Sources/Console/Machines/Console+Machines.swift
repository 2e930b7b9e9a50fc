internal import Cronmill
internal import HTTPTypes

/// What machines ask for.
extension Console {
    /// Whether it is at work, even in vain.
    func liveness(_ call: Call) throws(Problem) -> Answer { try word(call) { $0.isTicking(at: call.now) } }

    /// Whether the cron database has answered of late.
    func readiness(_ call: Call) throws(Problem) -> Answer { try word(call) { $0.isReady(at: call.now) } }

    private func word(_ call: Call, _ isWell: (Snapshot) -> Bool) throws(Problem) -> Answer {
        try call.query.check(allowed: [])
        return .status(isWell(snapshot()))
    }

    func health(_ call: Call) async throws(Problem) -> Answer {
        try call.query.check(allowed: ["strict"])
        guard ["", nil].contains(call.query["strict"]) else { throw .badRequest("strict has no value.") }
        let viewer = await access.viewer(of: call)
        let health = Health(viewer.map { snapshot().seen(by: $0) } ?? snapshot(), at: call.now)
        return .json(
            viewer == nil ? health.brief : health.json,
            status: health.code(strict: call.query["strict"] != nil)
        )
    }

    func metrics(_ call: Call) async throws(Problem) -> Answer {
        guard await access.mayReadMetrics(call) else { throw .metricsToken }
        try call.query.check(allowed: [])
        let metrics = Metrics(snapshot(), at: call.now)
        var answer =
            call["Accept"]?.contains("application/openmetrics-text") == true
            ? Answer(type: "application/openmetrics-text; version=1.0.0; charset=utf-8", body: metrics.openMetrics)
            : Answer(type: "text/plain; version=0.0.4; charset=utf-8", body: metrics.text)
        answer.fields[.vary] = "Accept"
        return answer
    }
}

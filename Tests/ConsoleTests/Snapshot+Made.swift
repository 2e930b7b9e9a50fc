import FoundationEssentials
import HTTPTypes
import Postgres
import Synchronization

@testable import Console
@testable import Cronmill

extension ProcessorStatus {
    /// A processor of a database that is well, or has another verdict.
    static func made(
        _ database: String,
        _ processor: String,
        _ verdict: Verdict = .ok,
        reason: String = "12 tasks done in the last hour"
    ) -> ProcessorStatus {
        var status = ProcessorStatus(
            database: database,
            processor: processor,
            queue: processor,
            isEnabled: true,
            isPaused: false,
            slots: 2,
            schedule: "* * * * *",
            runAs: "runner",
            running: 1,
            waiting: 0,
            ready: 7,
            scheduled: 3,
            retrying: 1,
            dead: 0,
            oldestReady: .seconds(90),
            doneLastHour: 12,
            failedLastHour: 0
        )
        (status.verdict, status.reason) = (verdict, reason)
        return status
    }
}

extension Alarm {
    /// One that nobody has acknowledged.
    static func made(_ database: String?, _ processor: String?) -> Alarm {
        Alarm(
            id: 7,
            kind: "held",
            database: database,
            processor: processor,
            detail: "Tasks wait.",
            raisedAt: ServerTime(date: Date(), text: "2026-11-30 12:00:00", zone: "UTC")
        )
    }
}

extension ProcessorTotals {
    /// What a processor has done, more of it than a floating-point number can tell.
    static func made(_ database: String, _ processor: String) -> ProcessorTotals {
        ProcessorTotals(
            database: database,
            processor: processor,
            toldAt: ServerTime(date: Date(), text: "", zone: "UTC"),
            runs: 12,
            failedRuns: 3,
            done: 9_007_199_254_740_993,
            failed: 7,
            dead: 2
        )
    }
}

extension ServerState {
    /// A server with two standbys of one name, one of which has caught up.
    static var made: ServerState {
        ServerState(
            version: "15.14",
            startedAt: ServerTime(date: Date(), text: "", zone: "UTC"),
            isInRecovery: false,
            maxConnections: 100,
            connections: ["active": 1, "idle in transaction": 2],
            standbys: [
                Standby(name: "b", state: "streaming", syncState: "async", lag: nil, lagBytes: 0),
                Standby(name: "b", state: "streaming", syncState: "async", lag: .seconds(2.5), lagBytes: 4_096),
            ],
            slots: [],
            history: HistorySize(rowsEstimate: 81_204, bytes: 1 << 20),
            holders: [],
            freezeMaxAge: 200_000_000
        )
    }
}

extension Viewer {
    /// Somebody who sees these databases.
    static func made(_ databases: Set<String>? = nil, role: String = "ann", mayAct: Bool = false) -> Viewer {
        let nowhere = ConnectionInfo(["host": "/nowhere", "dbname": "postgres"])
        let deployment = Deployment(cron: nowhere, work: nowhere)
        return Viewer(role: role, deployment: deployment, mayAct: mayAct, token: "token", databases: databases)
    }
}

extension Snapshot {
    /// What was found a second before.
    static func made(_ processors: [ProcessorStatus], at now: ContinuousClock.Instant) -> Snapshot {
        var snapshot = Snapshot()
        var names: [String] = []
        for status in processors where !names.contains(status.database) { names.append(status.database) }
        snapshot.report.databases = names.map { name in
            DatabaseResult(database: name, outcome: .success(processors.filter { $0.database == name }))
        }
        snapshot.report.scheduler = Scheduler(
            zone: "GMT",
            zoneIsAssumed: false,
            obstacle: nil,
            today: "2026-11-30",
            runsGoing: 0
        )
        let before = now - .seconds(1)
        snapshot.askedAt = Dictionary(uniqueKeysWithValues: names.map { ($0, before) })
        (snapshot.cronAnsweredAt, snapshot.triedAt, snapshot.alarms) = (before, before, [])
        return snapshot
    }

    /// With a database that does not answer.
    func withUnreachable(_ database: String, _ error: any Error) -> Snapshot {
        var snapshot = self
        snapshot.report.databases.append(DatabaseResult(database: database, outcome: .failure(error)))
        return snapshot
    }
}

/// A console that shows a made snapshot, and requests to it.
struct Visit {
    let console: Console
    let now = ContinuousClock.now

    init(
        _ snapshot: Snapshot,
        kind: LoginKind = .once(mayAct: false),
        names: ServerNames = ServerNames(),
        metricsToken: String? = nil
    ) {
        // Nobody listens there.
        let nowhere = ConnectionInfo(["host": "/nowhere", "dbname": "postgres"])
        let own = Deployment(cron: nowhere, work: nowhere)
        let access = Access(own: own, kind: kind, names: names, metricsToken: metricsToken)
        names.listen(on: 8642)
        console = Console(access: access, snapshot: { snapshot }, onView: { _ in })
    }

    func answer(
        _ path: String,
        method: HTTPRequest.Method = .get,
        host: String? = "127.0.0.1:8642",
        _ fields: [String: String] = [:],
        body: String = ""
    ) async -> Answer {
        var request = HTTPRequest(method: method, scheme: "http", authority: host, path: path)
        for (name, value) in fields {
            if let name = HTTPField.Name(name) { request.headerFields[name] = value }
        }
        return await console.answer(request, body: Array(body.utf8), at: now).negotiated(request)
    }

    /// The field that a browser sends which has followed the one-time address.
    func logIn() async -> [String: String] {
        let answer = await answer("/login?once=\(console.access.issue() ?? "")")
        let cookie = answer.fields[.setCookie].map { String($0.prefix { $0 != ";" }) }
        return ["Cookie": cookie ?? ""]
    }
}

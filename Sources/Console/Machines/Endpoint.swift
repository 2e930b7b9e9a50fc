internal import Cronmill
internal import HTTPTypes

/// What machines ask for: the one list of its addresses, by which they are answered, described and given other names.
enum Endpoint: String, Sendable, CaseIterable {
    case liveness = "/healthz"
    case readiness = "/readyz"
    case health = "/api/v1/health"
    case primary = "/api/v1/server/primary"
    case replica = "/api/v1/server/replica"
    case replication = "/api/v1/replication"
    case replicationLag = "/api/v1/replication/lag"
    case sizes = "/api/v1/databases/size"
    case connections = "/api/v1/connections"
    case environment = "/api/v1/environment"
    case alarms = "/api/v1/alarms"
    case acknowledge = "/api/v1/alarms/acknowledge"
    case metrics = "/metrics"
    case description = "/api/openapi.json"

    /// Addresses that people come from, served with `--aliases`. Those of Spring Boot's actuator, which answer in its
    /// words, are `Actuator`'s.
    static let aliases: [String: Endpoint] = [
        "/api/postgresql/health": .health,
        "/api/postgresql/healthz": .liveness,
        "/api/postgresql/docker": .environment,
        "/api/postgresql/primary": .primary,
        "/api/postgresql/replica": .replica,
        "/api/postgresql/replication": .replication,
        "/api/postgresql/replication/lag": .replicationLag,
        "/api/postgresql/database/size": .sizes,
        "/api/postgresql/connections": .connections,
        "/api/postgresql/alarms": .alarms,
        "/api/postgresql/alarms/clear": .acknowledge,
        "/actuator/prometheus": .metrics,
    ]

    /// The one at this address; nil if none is.
    init?(path: String, withAliases: Bool) {
        if let alias = Self.aliases[path], withAliases { self = alias } else { self.init(rawValue: path) }
    }

    /// Whether something is sent there.
    var isPost: Bool { self == .acknowledge }

    /// Addresses to which something is sent.
    static let posts = Set(
        allCases.filter(\.isPost).map(\.rawValue) + aliases.filter { $0.value.isPost }.map(\.key)
    )
}

extension Console {
    /// What asks for no person: nil if it is none of these.
    ///
    /// - Throws: `Problem` also for what looks like one of them: who is not logged in is told, too, that there is none.
    func forMachines(_ call: Call) async throws(Problem) -> Answer? {
        guard let endpoint = Endpoint(path: call.path, withAliases: servesAliases) else {
            if servesAliases, let answer = try await actuator(call) { return answer }
            guard !Call.isForMachines(call.path) else { throw .notFound }
            return nil
        }
        if endpoint.isPost, call.request.method != .post { throw .onlyPost }
        return switch endpoint {
        case .liveness: try liveness(call)
        case .readiness: try readiness(call)
        case .health: try await health(call)
        case .primary: try isPrimary(call)
        case .replica: try hasReplica(call)
        case .replication: try await figures(call) { figures throws(Problem) in try figures.replication() }
        case .replicationLag: try await figures(call) { figures throws(Problem) in try figures.replicationLag() }
        case .sizes: try await figures(call, \.sizes)
        case .connections: try await figures(call, \.connections)
        case .environment: try await figures(call, \.environment)
        case .alarms: try await figures(call) { figures throws(Problem) in try figures.alarms() }
        case .acknowledge: try await acknowledge(call)
        case .metrics: try await metrics(call)
        case .description: try describe(call)
        }
    }

    /// The description of these addresses, which tells nothing of what they answer here.
    private func describe(_ call: Call) throws(Problem) -> Answer {
        try call.query.check(allowed: [])
        return .json(OpenAPI.document(withAliases: servesAliases, cookie: access.cookieName))
    }

    /// Acknowledges all alarms that the one who asks may acknowledge, and says what stays raised: all of them, until what
    /// raised them is over.
    private func acknowledge(_ call: Call) async throws(Problem) -> Answer {
        // To what is sent it gives no page.
        _ = try Self.checkSite(call)
        try call.query.check(allowed: [])
        guard let session = await access.session(of: call) else { throw .figuresToken }
        let viewer = session.viewer
        try checkActing(viewer)
        _ = try call.form(of: viewer)
        do {
            let seen = snapshot().seen(by: viewer)
            let new = try await viewer.deployment.alarms().filter { seen.shows($0) && $0.acknowledgedAt == nil }
            let acknowledged = try await viewer.deployment.acknowledgeAlarms(new.map(\.id))
            let raised = try await viewer.deployment.alarms().filter(seen.shows)
            onAction("role \"\(viewer.role)\": acknowledge: \(acknowledged.count) alarms".controlsEscaped)
            return .json([
                "acknowledged": .array(acknowledged.map { .integer($0) }),
                "alarms": .array(raised.map(\.json)),
            ])
        } catch {
            throw Problem(error)
        }
    }
}

extension Problem {
    static let onlyPost = Problem(status: .methodNotAllowed, detail: "Only POST.", fields: [.allow: "POST"])
}

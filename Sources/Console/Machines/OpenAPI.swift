internal import Cronmill

/// The description of what machines ask for, in OpenAPI 3.1.
enum OpenAPI {
    /// - Parameters:
    ///   - withAliases: whether the addresses that people come from are served, too.
    ///   - cookie: name of the cookie of who is logged in.
    static func document(withAliases: Bool, cookie: String) -> JSON {
        var paths = Endpoint.allCases.map { ($0.rawValue, $0) }
        if withAliases { paths += Endpoint.aliases.sorted { $0.key < $1.key } }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Cronmill", "version": .string(Deployment.programVersion),
                "description": "Health and figures of queues in PostgreSQL, for machines.",
                "license": ["name": "PostgreSQL License", "identifier": "PostgreSQL"],
            ],
            // Relative to this document, whatever folder a proxy has put it in.
            "servers": [["url": "../"]],
            "paths": .object(
                paths.map { JSON.Member(name: $0.0, value: operations(of: $0.1, at: $0.0)) }
                    + (withAliases ? actuator : [])
            ),
            "components": [
                "schemas": .object(schemas), "responses": ["Problem": problem],
                "securitySchemes": [
                    "token": ["type": "http", "scheme": "bearer", "description": "Of --metrics-token-file."],
                    "session": [
                        "type": "apiKey", "in": "cookie", "name": .string(cookie),
                        "description": "Of who is logged in.",
                    ],
                ],
            ],
        ]
    }

    private static func operations(of endpoint: Endpoint, at path: String) -> JSON {
        var members: [JSON.Member] = [
            .init(name: "operationId", value: .string(path == endpoint.rawValue ? "\(endpoint)" : path.operationID)),
            .init(name: "summary", value: .string(endpoint.summary)),
            .init(name: "security", value: .array(endpoint.readers.map { JSON($0, []) })),
            .init(name: "responses", value: .object(responses(of: endpoint))),
        ]
        if let parameter = endpoint.parameter { members.append(.init(name: "parameters", value: [parameter])) }
        if endpoint.isPost {
            let form: JSON = [
                "required": true,
                "content": ["application/x-www-form-urlencoded": ["schema": ["$ref": "#/components/schemas/Form"]]],
            ]
            members.append(.init(name: "requestBody", value: form))
        }
        return .object([JSON.Member(name: endpoint.isPost ? "post" : "get", value: .object(members))])
    }

    private static func responses(of endpoint: Endpoint) -> [JSON.Member] {
        let found = content(endpoint.type, endpoint.schema)
        let others = endpoint == .metrics ? [content("application/openmetrics-text", "")] : []
        let all = JSON.object([found] + others)
        var members: [JSON.Member] = [
            .init(name: "200", value: ["description": .string(endpoint.meaning), "content": all])
        ]
        if endpoint.isQuestion {
            let answers = [found, content("application/problem+json", "Problem")]
            members.append(
                .init(name: "503", value: ["description": "No, or not known.", "content": .object(answers)])
            )
        }
        members.append(.init(name: "default", value: ["$ref": "#/components/responses/Problem"]))
        return members
    }

    static func content(_ type: String, _ schema: String) -> JSON.Member {
        let value: JSON =
            schema.isEmpty ? ["type": "string"] : ["$ref": .string("#/components/schemas/\(schema)")]
        return .init(name: type, value: ["schema": value])
    }

    private static let problem: JSON = [
        "description": "What is wrong, as RFC 9457 has it.",
        "content": ["application/problem+json": ["schema": ["$ref": "#/components/schemas/Problem"]]],
    ]
}

extension JSON {
    /// An object of one member, whose name is not known beforehand.
    init(_ name: String, _ value: JSON) { self = .object([Member(name: name, value: value)]) }
}

extension String {
    /// `/api/postgresql/replication/lag` as `api_postgresql_replication_lag`.
    var operationID: String { split(separator: "/").joined(separator: "_") }
}

extension Endpoint {
    /// Whether 503 is an answer: no.
    fileprivate var isQuestion: Bool {
        switch self {
        case .liveness, .readiness, .health, .primary, .replica: true
        case .replication, .replicationLag, .sizes, .connections, .environment, .alarms, .acknowledge, .metrics,
            .description:
            false
        }
    }

    /// What lets who asks read it; nothing where everybody may.
    fileprivate var readers: [String] {
        switch self {
        case .liveness, .readiness, .health, .primary, .replica, .description: []
        case .replication, .replicationLag, .sizes, .connections, .environment, .alarms, .metrics: ["token", "session"]
        case .acknowledge: ["session"]
        }
    }

    fileprivate var type: String {
        self == .metrics ? "text/plain" : "application/json"
    }

    fileprivate var schema: String {
        switch self {
        case .liveness, .readiness, .primary, .replica: "Status"
        case .health: "Health"
        case .replication: "Replication"
        case .replicationLag: "ReplicationLag"
        case .sizes: "Sizes"
        case .connections: "Connections"
        case .environment: "Environment"
        case .alarms: "Alarms"
        case .acknowledge: "Acknowledged"
        case .metrics: ""
        case .description: "Description"
        }
    }

    fileprivate var summary: String {
        switch self {
        case .liveness: "Whether the console is at work, even in vain"
        case .readiness: "Whether the cron database has answered of late"
        case .health: "Whether nobody has to come; who is logged in gets each processor"
        case .primary: "Whether the server of the cron database takes writes"
        case .replica: "Whether a standby streams and is not far behind"
        case .replication: "Standbys and replication slots"
        case .replicationLag: "How far standbys are behind"
        case .sizes: "Sizes of databases, and the ages of their oldest transaction ids"
        case .connections: "Sessions of clients"
        case .environment: "What it all runs on"
        case .alarms: "Alarms that are raised"
        case .acknowledge: "Acknowledge all alarms; says which stay raised"
        case .metrics: "For Prometheus"
        case .description: "This description"
        }
    }

    fileprivate var meaning: String { isQuestion ? "Yes." : "\(summary)." }

    fileprivate var parameter: JSON? {
        switch self {
        case .health:
            [
                "name": "strict", "in": "query", "description": "A warning is no, too.", "allowEmptyValue": true,
                "schema": ["type": "string", "maxLength": 0],
            ]
        case .replica:
            [
                "name": "lag", "in": "query", "description": "At most so many bytes not replayed.",
                "schema": ["type": "string", "pattern": "^[0-9]{1,6}(B|kB|MB|GB|TB)?$", "default": "16MB"],
            ]
        case .liveness, .readiness, .primary, .replication, .replicationLag, .sizes, .connections, .environment,
            .alarms, .acknowledge, .metrics, .description:
            nil
        }
    }
}

internal import Cronmill

/// The addresses of Spring Boot's actuator, which are not `Endpoint`'s.
extension OpenAPI {
    static let actuator: [JSON.Member] = [
        status("/actuator/health", "Whether nobody has to come"),
        status("/actuator/health/liveness", "Whether the console is at work, even in vain"),
        status("/actuator/health/readiness", "Whether the cron database has answered of late"),
        figures("/actuator/metrics", "Names of metrics", "ActuatorNames"),
        figures("/actuator/metrics/{name}", "A metric, the sum over all labels", "ActuatorMetric", parameters: [name]),
    ]

    private static let name: JSON = [
        "name": "name", "in": "path", "required": true, "description": "As in /actuator/metrics.",
        "schema": ["type": "string"],
    ]

    private static func status(_ path: String, _ summary: String) -> JSON.Member {
        let content = JSON.object([content("application/json", "ActuatorStatus")])
        let responses: JSON = [
            "200": ["description": "Yes.", "content": content],
            "503": ["description": "No, or not known.", "content": content],
            "default": ["$ref": "#/components/responses/Problem"],
        ]
        return operation(path, summary, security: [], responses)
    }

    private static func figures(
        _ path: String,
        _ summary: String,
        _ schema: String,
        parameters: [JSON] = []
    ) -> JSON.Member {
        let responses: JSON = [
            "200": [
                "description": .string("\(summary)."), "content": .object([content("application/json", schema)]),
            ],
            "default": ["$ref": "#/components/responses/Problem"],
        ]
        return operation(path, summary, security: [JSON("token", []), JSON("session", [])], responses, parameters)
    }

    private static func operation(
        _ path: String,
        _ summary: String,
        security: [JSON],
        _ responses: JSON,
        _ parameters: [JSON] = []
    ) -> JSON.Member {
        let get: JSON = [
            "operationId": .string(path.filter { $0 != "{" && $0 != "}" }.operationID), "summary": .string(summary),
            "security": .array(security), "parameters": .array(parameters), "responses": responses,
        ]
        return JSON.Member(name: path, value: ["get": get])
    }
}

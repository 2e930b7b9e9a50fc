internal import Cronmill

/// What is answered, as JSON Schema has it.
extension OpenAPI {
    static let schemas: [JSON.Member] = [
        object("Status", ["status": status]),
        object(
            "Health",
            ["status": status],
            optional: [
                "at": time, "age_seconds": maybe("number"), "partial": boolean, "checks": list(of: anything),
                "unreachable": list(of: anything), "remarks": list(of: text),
            ]
        ),
        object(
            "Replication",
            [
                "at": time, "age_seconds": maybe("number"), "in_recovery": boolean,
                "expected_standbys": count(maybe: true),
                "standbys": list(of: reference("Standby")), "replication_slots": list(of: reference("ReplicationSlot")),
            ]
        ),
        object(
            "ReplicationLag",
            ["at": time, "age_seconds": maybe("number"), "standbys": list(of: reference("StandbyLag"))]
        ),
        object("ActuatorStatus", ["status": ["enum": ["UP", "DOWN"]]]),
        object("ActuatorNames", ["names": list(of: text)]),
        object(
            "ActuatorMetric",
            [
                "name": text, "description": text, "measurements": list(of: anything),
                "availableTags": list(of: anything),
            ]
        ),
        object("StandbyLag", lag),
        object("Standby", lag + [("state", text), ("sync_state", text)]),
        object(
            "ReplicationSlot",
            [
                "name": text, "type": ["enum": ["physical", "logical"]], "database": maybe("string"),
                "active": boolean, "wal_status": maybe("string"), "kept_bytes": count(maybe: true),
            ]
        ),
        object(
            "Sizes",
            ["at": time, "age_seconds": maybe("number"), "partial": boolean, "databases": list(of: reference("Size"))]
        ),
        object("Size", ["database": text, "bytes": count(maybe: true), "transaction_age": count()]),
        object(
            "Connections",
            [
                "at": time, "age_seconds": maybe("number"), "partial": boolean, "connections": reference("Sessions"),
            ]
        ),
        object(
            "Sessions",
            [
                "limit": count(), "in_use": count(maybe: true),
                "by_state": ["type": ["object", "null"], "additionalProperties": count()],
            ]
        ),
        object(
            "Environment",
            [
                "at": time, "age_seconds": maybe("number"), "cronmill": text, "postgresql": text,
                "postgresql_started_at": time, "in_recovery": boolean, "container": boolean,
            ]
        ),
        object("Alarms", ["at": time, "age_seconds": maybe("number"), "alarms": list(of: reference("Alarm"))]),
        object(
            "Alarm",
            [
                "id": count(), "kind": text, "database": maybe("string"), "processor": maybe("string"), "detail": text,
                "raised_at": time, "cleared_at": maybe("string"), "acknowledged_at": maybe("string"),
                "acknowledged_by": maybe("string"), "delivery_error": maybe("string"),
            ]
        ),
        object("Acknowledged", ["acknowledged": list(of: count()), "alarms": list(of: reference("Alarm"))]),
        object("Form", ["token": text]),
        object("Problem", ["type": text, "title": text, "status": count(), "detail": text]),
        JSON.Member(name: "Description", value: ["type": "object", "required": ["openapi"]]),
    ]

    private typealias Properties = KeyValuePairs<String, JSON>

    private static let lag: [(String, JSON)] = [
        ("name", text), ("replay_lag_seconds", maybe("number")), ("replay_lag_bytes", count(maybe: true)),
    ]
    private static let status: JSON = ["enum": ["pass", "warn", "fail"]]
    private static let text: JSON = ["type": "string"]
    private static let time: JSON = ["type": "string", "format": "date-time"]
    private static let boolean: JSON = ["type": "boolean"]
    private static let anything: JSON = ["type": "object"]

    private static func count(maybe: Bool = false) -> JSON {
        ["type": maybe ? ["integer", "null"] : ["integer"], "minimum": 0]
    }

    private static func maybe(_ type: String) -> JSON { ["type": [.string(type), "null"]] }

    private static func list(of items: JSON) -> JSON { ["type": "array", "items": items] }

    private static func reference(_ name: String) -> JSON { ["$ref": .string("#/components/schemas/\(name)")] }

    private static func object(_ name: String, _ required: Properties, optional: Properties = [:]) -> JSON.Member {
        object(name, required.map { ($0.key, $0.value) }, optional: optional.map { ($0.key, $0.value) })
    }

    /// An object with these members and no others.
    private static func object(
        _ name: String,
        _ required: [(String, JSON)],
        optional: [(String, JSON)] = []
    ) -> JSON.Member {
        JSON.Member(
            name: name,
            value: [
                "type": "object", "additionalProperties": false,
                "required": .array(required.map { .string($0.0) }),
                "properties": .object((required + optional).map { JSON.Member(name: $0.0, value: $0.1) }),
            ]
        )
    }
}

extension Alarm {
    /// As programs read it: of `alarms --json` and of the console.
    package var json: JSON {
        [
            "id": .integer(id), "kind": .string(kind), "database": JSON(database), "processor": JSON(processor),
            "detail": .string(detail), "raised_at": .string(raisedAt.iso8601), "cleared_at": JSON(clearedAt?.iso8601),
            "acknowledged_at": JSON(acknowledgedAt?.iso8601), "acknowledged_by": JSON(acknowledgedBy),
            "delivery_error": JSON(deliveryError),
        ]
    }
}

internal import Postgres

/// By what tasks are looked for, besides queue and state: all that is given has to fit.
public struct TaskSearch: Sendable, Hashable {
    /// They have all of these tags.
    public var tagsAll: [String] = []
    /// They have one of these tags.
    public var tagsAny: [String] = []
    /// Their payload contains this, as `@>` of jsonb has it; JSON. Of one queue, which has an index for it.
    public var payload: String?

    /// What fits everything.
    public init() {}

    /// Whether it fits everything.
    public var isEmpty: Bool { tagsAll.isEmpty && tagsAny.isEmpty && payload == nil }

    /// As arguments of our functions.
    var arguments: [SQL] {
        var arguments: [SQL] = []
        if !tagsAll.isEmpty { arguments.append("tags_all => \(tagsAll)::text[]") }
        if !tagsAny.isEmpty { arguments.append("tags_any => \(tagsAny)::text[]") }
        if let payload { arguments.append("payload_contains => \(payload)::jsonb") }
        return arguments
    }

    /// As a condition of a table `d` of tasks.
    var condition: SQL {
        var conditions: SQL = "true"
        if !tagsAll.isEmpty { conditions = "\(sql: conditions) and d.tags @> \(tagsAll)::text[]" }
        if !tagsAny.isEmpty { conditions = "\(sql: conditions) and d.tags && \(tagsAny)::text[]" }
        if let payload { conditions = "\(sql: conditions) and d.payload @> \(payload)::jsonb" }
        return conditions
    }

    /// Refuses a search of payloads that would read a whole table, before tasks are counted.
    func check(_ queues: [String]?, table: String, _ session: Session) throws {
        guard payload != nil else { return }
        for queue in queues.map({ $0.map { Optional($0) } }) ?? [nil] {
            try session.execute("select cronmill.assert_searchable(\(queue), \(table), true)")
        }
    }

    /// The beginning of a call's arguments, of which ours follow.
    func call(_ function: String, _ first: [SQL?]) -> SQL {
        "cronmill.\(unsafeRaw: function)(\(sql: (first.compactMap { $0 } + arguments).joined))"
    }
}

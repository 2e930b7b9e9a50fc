internal import Cronmill

extension Table {
    /// Recurring templates, for people.
    init(_ templates: [RecurringTemplate]) {
        let times = TimeColumn(templates.flatMap { [$0.nextAt, $0.lastAt] })
        self.init(columns: [
            Column("database"), Column("name"), Column("queue"), Column("schedule"), Column("zone", whenNarrow: .goes),
            Column("state"), times.column("next"), times.column("last tick", whenNarrow: .goes),
        ])
        for template in templates {
            append([
                Cell(template.database), Cell(template.name), Cell(template.queue), Cell(template.schedule),
                Cell(template.zone), Cell(template.state, style: template.style),
                Cell(template.nextAt.map(times.text) ?? "-"), Cell(template.lastAt.map(times.text) ?? "-"),
            ])
        }
    }
}

extension RecurringTemplate {
    fileprivate var style: Style? {
        if error != nil { return .red }
        return isEnabled ? isLate ? .yellow : nil : .dim
    }

    /// All there is to say, for people: a line each, then the ticks to come.
    func whole(_ ticks: [Tick]) -> String {
        let lines: [(String, String?)] = [
            ("database", database), ("name", name), ("queue", queue), ("schedule", schedule), ("zone", zone),
            ("state", state), ("error", error),
            ("catch up", "\(catchUp.rawValue), within \(catchUpWithin.roundTripText)"),
            ("overlap", overlap.rawValue), ("defined by", definedBy), ("last tick", lastAt?.description),
            ("last task", lastTaskID.map(String.init)), ("last graph", lastGraphID.map(String.init)),
        ]
        var text = lines.compactMap { name, value in
            value.map { name + String(repeating: " ", count: 12 - name.count) + $0.controlsEscaped + "\n" }
        }.joined()
        if let template {
            text += "template    " + JSON.pretty(template).replacing("\n", with: "\n            ") + "\n"
        }
        for (number, tick) in ticks.enumerated() {
            let title = number > 0 ? "            " : isEnabled ? "next        " : "if enabled  "
            text += "\(title)\(tick.local) \(zone), \(tick.utc)\n"
        }
        return text
    }

    /// - Parameter ticks: those to come; nil for a list.
    func json(_ ticks: [Tick]?) -> JSON {
        var members: [JSON.Member] = [
            .init(name: "database", value: .string(database)), .init(name: "name", value: .string(name)),
            .init(name: "queue", value: .string(queue)), .init(name: "schedule", value: .string(schedule)),
            .init(name: "zone", value: .string(zone)), .init(name: "enabled", value: .boolean(isEnabled)),
            .init(name: "catch_up", value: .string(catchUp.rawValue)),
            .init(name: "catch_up_within_seconds", value: .number(catchUpWithin.inSeconds)),
            .init(name: "overlap", value: .string(overlap.rawValue)), .init(name: "defined_by", value: JSON(definedBy)),
            .init(name: "next_at", value: JSON(nextAt?.iso8601)), .init(name: "late", value: .boolean(isLate)),
            .init(name: "last_at", value: JSON(lastAt?.iso8601)), .init(name: "last_task_id", value: JSON(lastTaskID)),
            .init(name: "last_graph_id", value: JSON(lastGraphID)),
            .init(name: "error", value: JSON(error)),
            .init(name: "template", value: template.map { .verbatim($0) } ?? .null),
        ]
        if let ticks {
            let next = ticks.map {
                JSON.object([
                    .init(name: "utc", value: .string($0.utc)), .init(name: "local", value: .string($0.local)),
                ])
            }
            members.append(.init(name: isEnabled ? "next" : "next_if_enabled", value: .array(next)))
        }
        return .object(members)
    }
}

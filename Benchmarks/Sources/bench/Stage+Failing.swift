extension Measurement {
    /// Drains of tasks that insert a row and update one each, of which none, few and many fail.
    mutating func measureFailing() async throws {
        let (stage, tasks, queue) = (stage, scale.tasks / 3, "working")
        try await stage.setUp(queue: queue, handler: "bench.work")
        // What fails is not to come back while the rest is drained.
        try await stage.script(
            "update cronmill.processor set backoff_base = interval '1 hour' where name = '\(queue)'"
        )
        let ways: [(name: String, failingEvery: Int?)] = [
            ("insert and update, none failing", nil), ("insert and update, 0.1% failing", 1_000),
            ("insert and update, 1% failing", 100), ("insert and update, 10% failing", 10),
        ]
        let contenders = ways.map { way in
            Contender(name: way.name, count: tasks) {
                try await stage.script("truncate bench.entry", "vacuum full bench.account")
                try await stage.fill(queue, tasks, failingEvery: way.failingEvery)
                let took = try await stage.drain(queue, leaving: way.failingEvery.map { tasks / $0 } ?? 0)
                try await stage.script(
                    "delete from cronmill.task as t where t.queue_id = cronmill.queue_id('\(queue)')"
                )
                return .took(took)
            }
        }
        for round in 0..<scale.rounds {
            for contender in contenders { try await measure(contender, round) }
        }
        for way in ways.dropFirst() { report.addRatio("\(way.name) / none", way.name, ways[0].name) }
    }
}

internal import Foundation
internal import Postgres

extension Measurement {
    /// One task by one statement, beside an insert into a table with the same columns and the same index.
    mutating func measureSingle() async throws {
        try await stage.admitProducer()
        let (stage, count) = (stage, scale.enqueues)
        let enqueue = "select cronmill.enqueue('noop', \(Stage.payload))"
        var ways: [(name: String, statement: String, role: String?)] = [
            ("insert", "insert into bench.indexed (payload) values (\(Stage.payload))", nil),
            ("cronmill.enqueue, owner", enqueue, nil), ("cronmill.enqueue, producer", enqueue, "bench_producer"),
        ]
        let hasPgQ = try await stage.hasPgQ
        if hasPgQ {
            try await stage.script("create extension if not exists pgq", "select pgq.create_queue('single')")
            ways.append(
                ("pgq.insert_event", "select pgq.insert_event('single', 'task', \(Stage.payload))", nil)
            )
        }
        for clients in [1, 4, 16] {
            let contenders = ways.map { way in
                Contender(name: "\(way.name), \(clients) clients", count: count) {
                    try await stage.script("truncate bench.indexed")
                    return .took(
                        try await stage.benchTime(of: way.statement, as: way.role, clients: clients, count: count)
                    )
                }
            }
            for round in 0..<scale.rounds {
                for contender in contenders { try await measure(contender, round) }
            }
            for other in contenders.dropFirst() {
                report.addRatio("\(other.name) / insert", other.name, contenders[0].name, goal: "at least 0.8")
            }
        }
        if hasPgQ { try await stage.script("select pgq.drop_queue('single', true)") }
        try await stage.script("delete from cronmill.task")
    }
}

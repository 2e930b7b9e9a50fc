internal import Foundation
internal import Postgres

extension Stage {
    /// A way to put one task in, by a statement of its own.
    struct SingleWay: Sendable {
        let name: String
        /// With `:payload`, which pgbench fills in.
        let statement: String
        /// The role; nil is the superuser.
        var role: String?
    }

    /// Transactions of one statement each, by pgbench; the time of the clock, and of the server's processes.
    func enqueueSingly(_ way: SingleWay, clients: Int, count: Int) async throws -> Contender.Took {
        let folder = try temporaryFolder()
        defer { removeFolder(folder) }
        let payload = #"'{"to": "reader@example.org", "letter": 7, "urgent": false}'"#
        try way.statement.replacing(":payload", with: payload)
            .write(toFile: "\(folder)/single.sql", atomically: true, encoding: .utf8)
        try await script("truncate bench.indexed")
        return try await measured {
            _ = try await client(
                "pgbench",
                [
                    "-n", "-M", "prepared", "-c", String(clients), "-t", String(count / clients), "-f",
                    "\(folder)/single.sql",
                ] + (way.role.map { ["-U", $0] } ?? []) + [Self.database]
            )
        }
    }
}

extension Measurement {
    /// One task by one statement, beside an insert into a table with the same columns and the same index.
    mutating func measureSingle() async throws {
        try await stage.admitProducer()
        let (stage, count) = (stage, scale.enqueues)
        var ways = [
            Stage.SingleWay(name: "insert", statement: "insert into bench.indexed (payload) values (:payload);\n"),
            Stage.SingleWay(name: "cronmill.enqueue, owner", statement: "select cronmill.enqueue('noop', :payload);\n"),
            Stage.SingleWay(
                name: "cronmill.enqueue, producer",
                statement: "select cronmill.enqueue('noop', :payload);\n",
                role: "bench_producer"
            ),
        ]
        if try await !stage.rows("select e.name from pg_available_extensions as e where e.name = 'pgq'").isEmpty {
            try await stage.script("create extension if not exists pgq", "select pgq.create_queue('single')")
            ways.append(
                Stage.SingleWay(
                    name: "pgq.insert_event",
                    statement: "select pgq.insert_event('single', 'task', :payload);\n"
                )
            )
        }
        for clients in [1, 4, 16] {
            let contenders = ways.map { way in
                Contender(name: "\(way.name), \(clients) clients", count: count) {
                    .took(try await stage.enqueueSingly(way, clients: clients, count: count))
                }
            }
            for round in 0..<scale.rounds {
                for contender in contenders { try await measure(contender, round) }
            }
            for other in contenders.dropFirst() {
                report.addRatio("\(other.name) / insert", other.name, contenders[0].name, goal: "at least 0.8")
            }
        }
        if ways.count == 4 { try await stage.script("select pgq.drop_queue('single', true)") }
        try await stage.script("delete from cronmill.task")
    }
}

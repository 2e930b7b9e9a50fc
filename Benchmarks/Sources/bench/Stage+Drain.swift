internal import Postgres

extension Stage {
    /// Fills a queue, and leaves the table as it is on a server that has been at rest for a while.
    func fill(_ queue: String, _ count: Int, failingEvery: Int? = nil) async throws {
        try await settle()
        let connection = try await connect()
        try await connection.execute(
            """
            call bench.fill(\(literal: queue), \(literal: count),
                \(unsafeRaw: failingEvery.map(String.init) ?? "null"))
            """
        )
        await connection.close()
        try await settle()
    }

    /// Vacuum and checkpoint, so that no round pays for the one before.
    func settle() async throws {
        try await script("vacuum (analyze) cronmill.task", "checkpoint")
    }

    func left(in queue: String) async throws -> Int {
        try await one(
            "select count(*) as total from cronmill.task as t where t.queue_id = cronmill.queue_id(\(queue))",
            "total"
        )
    }

    /// Drains a filled queue by the installed procedure, as the role it runs as; the time of the calls alone.
    func drain(_ queue: String, slots: [Int] = [0], leaving expected: Int = 0) async throws -> Contender.Took {
        let sessions = try await connections(slots.count)
        let meter = try await Meter(sessions)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (session, slot) in zip(sessions, slots) {
                group.addTask {
                    try await session.execute("call cronmill_processor.\(identifier: queue)(\(literal: slot))")
                }
            }
            try await group.waitForAll()
        }
        let took = try meter.read()
        for session in sessions { await session.close() }
        let left = try await left(in: queue)
        guard left == expected else { throw InvalidRound("\(queue): \(left) tasks left, not \(expected)") }
        return took
    }

    private func connections(_ count: Int) async throws -> [Connection] {
        var sessions: [Connection] = []
        for _ in 0..<count { sessions.append(try await connect(as: "bench_runner")) }
        return sessions
    }

    /// Empties the queue as quickly as the server can: the limit.
    func emptyByDelete(_ queue: String) async throws -> Contender.Took {
        let session = try await connect()
        let meter = try await Meter([session])
        try await session.execute("call bench.empty_by_delete(\(literal: queue), 2000)")
        let took = try meter.read()
        await session.close()
        let left = try await left(in: queue)
        guard left == 0 else { throw InvalidRound("delete: \(left) tasks left") }
        return took
    }

    /// Runs work while another session holds a snapshot from before it.
    func withSnapshot<Value: Sendable>(_ work: @Sendable () async throws -> Value) async throws -> Value {
        let holder = try await connect()
        try await holder.script("begin isolation level repeatable read")
        _ = try await holder.query("select count(*) as total from cronmill.processor")
        let value = try await work()
        try await holder.script("rollback")
        await holder.close()
        return value
    }
}

extension Duration {
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}

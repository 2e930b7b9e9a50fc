import Postgres

/// A session that carries planned transactions out.
struct SleepProducer: Sendable {
    let connection: Connection
    /// Different from that of all others.
    let name: String

    enum End: Sendable {
        /// Acknowledged at this time, in seconds since 1970.
        case committed(Double)
        case rolledBack
        /// The server could not serialize it.
        case refused
    }

    func carryOut(_ plan: SleepPlan, queue: String) async throws -> End {
        await Producer.pause(plan.pauses[0])
        do {
            return try await enqueue(plan, queue)
        } catch let error as PostgresError where error.sqlState?.isClass("40") == true {
            try await connection.script("rollback")
            return .refused
        }
    }

    private func enqueue(_ plan: SleepPlan, _ queue: String) async throws -> End {
        try await connection.script("begin isolation level \(plan.isolation)")
        if plan.looksBefore { _ = try await connection.query("select count(*) from cronmill.queue") }
        await Producer.pause(plan.pauses[1])
        _ = try await connection.query(
            """
            select cronmill.enqueue(\(queue), \(sql: Workload.payload(.nothing)))
            from (values (\(plan.number)::bigint)) as v (n)
            """
        )
        await Producer.pause(plan.pauses[2])
        if plan.isPrepared {
            try await connection.script("prepare transaction '\(name)'")
            await Producer.pause(plan.pauses[3])
            try await connection.script("\(plan.isRolledBack ? "rollback" : "commit") prepared '\(name)'")
        } else {
            try await connection.script(plan.isRolledBack ? "rollback" : "commit")
        }
        return plan.isRolledBack ? .rolledBack : .committed(wallClock())
    }
}

internal import FoundationEssentials
internal import Postgres

extension Deployment {
    /// Asks the work databases what those runs did of which it is not visible yet, and notes it in them.
    ///
    /// - Returns: why databases could not be asked, by name.
    func countTasks(of runs: inout [Run]) async -> [String: any Error] {
        let asked = Dictionary(grouping: runs.filter { $0.tasks == .notVisible }, by: \.database)
        var tasks: [Int64: Run.Tasks] = [:]
        var errors: [String: any Error] = [:]
        for result in await forEach(asked.keys.sorted(), { try await taskCounts(of: asked[$0] ?? [], in: $0) }) {
            switch result.outcome {
            case .success(let counts):
                for run in asked[result.database] ?? [] {
                    tasks[run.runid] = counts[run.runid].map(Run.Tasks.counted) ?? Run.Tasks.none
                }
            case .failure(let error): errors[result.database] = error
            }
        }
        for index in runs.indices { runs[index].tasks = tasks[runs[index].runid] ?? runs[index].tasks }
        return errors
    }

    /// A run is told by its backend and its start, which the work database notes when the slot's lock is held: that
    /// may take seconds.
    private func taskCounts(of runs: [Run], in database: String) async throws -> [Int64: TaskCounts] {
        let statement: SQL = """
            select k.runid, r.done, r.failed, r.dead
            from unnest(
                \(runs.map(\.runid))::bigint[], \(runs.map(\.processor))::text[], \(runs.map(\.slot))::integer[],
                \(runs.map(\.pid))::integer[], \(runs.map { $0.startedAt?.date.timeIntervalSince1970 })::double precision[]
            ) as k (runid, processor, slot, pid, started)
            join cronmill.processor as p on p.name = k.processor
            join cronmill.slot as s on s.processor_id = p.processor_id and s.slot = k.slot
            cross join lateral (
                select r.done, r.failed, r.dead
                from cronmill.run as r
                where r.slot_id = s.slot_id and r.pid = k.pid
                    and r.started_at >= to_timestamp(k.started) - interval '1 second'
                    and r.started_at < to_timestamp(k.started) + interval '1 minute'
                order by r.started_at
                limit 1
            ) as r
            """
        return try await inWork(database) { session in
            try RolePart.monitor.needed(of: database, session) {
                do {
                    let counts = try session.query(statement).map { row in
                        (
                            try row.get("runid", as: Int64.self),
                            try TaskCounts(done: row.get("done"), failed: row.get("failed"), dead: row.get("dead"))
                        )
                    }
                    return Dictionary(counts) { $1 }
                } catch let error as PostgresError where error.sqlState == .undefinedTable {
                    throw CronmillError.notSetUp(database)
                }
            }
        }
    }
}

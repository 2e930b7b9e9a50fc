internal import FoundationEssentials
internal import Postgres
internal import SQLFiles

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
        let statement: SQL = .taskCounts(
            runids: runs.map(\.runid),
            processors: runs.map(\.processor),
            slots: runs.map(\.slot),
            pids: runs.map(\.pid),
            starts: runs.map { $0.startedAt?.date.timeIntervalSince1970 }
        )
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

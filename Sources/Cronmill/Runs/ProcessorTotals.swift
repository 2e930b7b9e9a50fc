internal import Postgres

/// What a processor has done since it was set up, as it last told the registry: numbers that only grow, also when runs are
/// forgotten, a run is killed or Cronmill is upgraded.
///
/// They begin anew when the processor is removed and set up again, and are those of another time after its database was
/// restored from a copy.
public struct ProcessorTotals: Sendable, Hashable {
    /// Its work database.
    public let database: String
    /// Its name.
    public let processor: String
    /// When it told, which is once a minute while it runs.
    public let toldAt: ServerTime
    /// Runs, the present ones included.
    public let runs: Int64
    /// Runs that were killed, canceled or could not call the handler.
    public let failedRuns: Int64
    /// Tasks done.
    public let done: Int64
    /// Attempts that failed, the last ones of dead tasks included.
    public let failed: Int64
    /// Tasks that failed for the last time.
    public let dead: Int64

    /// Totals of one processor.
    ///
    /// - Parameters:
    ///   - database: its work database.
    ///   - processor: its name.
    ///   - toldAt: when it told them.
    ///   - runs: runs, the present ones included.
    ///   - failedRuns: those of them that failed.
    ///   - done: tasks done.
    ///   - failed: attempts that failed.
    ///   - dead: tasks that failed for the last time.
    public init(
        database: String,
        processor: String,
        toldAt: ServerTime,
        runs: Int64,
        failedRuns: Int64,
        done: Int64,
        failed: Int64,
        dead: Int64
    ) {
        (self.database, self.processor, self.toldAt) = (database, processor, toldAt)
        (self.runs, self.failedRuns, self.done, self.failed, self.dead) = (runs, failedRuns, done, failed, dead)
    }
}

extension Deployment {
    /// What the processors of databases have done since they were set up; the cron database alone is asked.
    ///
    /// - Parameter databases: work databases; nil is all that the connection's role may see.
    /// - Returns: totals by database and processor. One that has never run has none.
    /// - Throws: `CronmillError` if nothing is installed, or for a role that may see nothing; `PostgresError`.
    public func processorTotals(databases: [String]? = nil) async throws -> [ProcessorTotals] {
        try await inRegistry(for: .monitor, of: databases) { try Self.processorTotals(databases, $0) }
    }

    static func processorTotals(_ databases: [String]?, _ session: Session) throws -> [ProcessorTotals] {
        try session.query(
            """
            select t.database_name, t.processor, \(sql: ServerTime.columns("t.pushed_at", as: "pushed_at")),
                t.runs, t.failed_runs, t.done, t.failed, t.dead
            from cronmill_cron.processor_totals(\(databases)::text[]) as t
            """
        ).map { row in
            ProcessorTotals(
                database: try row.get("database_name"),
                processor: try row.get("processor"),
                toldAt: try row.requiredTime("pushed_at"),
                runs: try row.get("runs"),
                failedRuns: try row.get("failed_runs"),
                done: try row.get("done"),
                failed: try row.get("failed"),
                dead: try row.get("dead")
            )
        }
    }
}

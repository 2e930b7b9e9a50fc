internal import Postgres
internal import SQLFiles

/// A run that has not ended.
struct LiveRun: Sendable, Hashable {
    var runid: Int64
    var jobid: Int64
    /// Nil while pg_cron connects.
    var pid: Int32?
    var database: String
    /// Name of the job, or the beginning of its command.
    var title: String
    /// Processor and slot, if the job is one of ours; slot 0 is a housekeeper.
    var processor: String?
    var slot: Int?

    var isHousekeeper: Bool { slot == 0 }
}

extension Migration {
    /// How long nothing may run before the database is taken for quiet: pg_cron reads its jobs anew once a second, and
    /// starts runs that were due before that.
    private static let quietTime: Duration = .milliseconds(2500)

    /// Waits until no run goes in a database whose jobs rest. Runs of processors are made short by pausing these for the
    /// while; housekeepers, which hold nothing, are cancelled at the end.
    ///
    /// - Throws: `CronmillError` if one has not ended in time; its processor stays paused until the next attempt, or a
    ///   rollback.
    func drain(_ deployment: Deployment) async throws -> String? {
        let start = ContinuousClock.now
        var quietSince: ContinuousClock.Instant?
        var floor: Int64 = 0
        var paused: Set<String> = []
        var cancelled: Set<Int64> = []
        try await with(deployment.connectCron()) { connection in
            let hasRegistry = try await connection.run { try CronState.glance($0).isInstalled }
            while true {
                let isEarly = ContinuousClock.now - start < .seconds(12)
                let (after, startsMayBeUnderWay) = (floor, isEarly)
                let (runs, newest) = try await connection.run { session in
                    try LiveRun.all(after: after, connecting: startsMayBeUnderWay, hasRegistry: hasRegistry, session)
                }
                floor = max(0, min(runs.map(\.runid).min() ?? newest, newest - 100) - 1)
                let now = ContinuousClock.now
                if runs.isEmpty {
                    let since = quietSince ?? now
                    if now - since >= Self.quietTime { break }
                    quietSince = since
                } else {
                    quietSince = nil
                    try await shorten(runs, paused: &paused, cancelled: &cancelled, on: connection)
                    if now - start > runLimit, let run = runs.first { throw stillRuns(run) }
                }
                try await Task.sleep(for: .milliseconds(250))
            }
            // As pg_cron says of what it stopped itself; `runs` shows it so.
            try await connection.execute(
                """
                update cron.job_run_details as d set return_message = 'job canceled'
                where d.runid = any (\(Array(cancelled))) and d.status = 'failed'
                """
            )
        }
        try await resume()
        if deployment.cronDatabase == oldDatabase {
            try await record(
                """
                update cronmill_migration.migration
                set last_runid = (select coalesce(max(d.runid), 0) from cron.job_run_details as d)
                """
            )
        }
        return "after \((ContinuousClock.now - start).shortText)"
    }

    private func shorten(
        _ runs: [LiveRun],
        paused: inout Set<String>,
        cancelled: inout Set<Int64>,
        on connection: Connection
    ) async throws {
        for run in runs {
            guard let processor = run.processor, !run.isHousekeeper else { continue }
            guard paused.insert("\(run.database)\n\(processor)").inserted else { continue }
            do {
                try await pause(processor, in: run.database)
            } catch let error as PostgresError where error.kind == .connection || error.kind == .server {
                remark("processor \(processor) of database \(run.database) cannot be paused: \(error.message)")
            }
        }
        guard runs.allSatisfy(\.isHousekeeper) else { return }
        for run in runs where cancelled.insert(run.runid).inserted {
            guard let pid = run.pid else { continue }
            try await connection.execute("select pg_catalog.pg_cancel_backend(\(pid))")
        }
    }

    /// Noted first: what is paused and not noted would stay so.
    private func pause(_ processor: String, in database: String) async throws {
        let isActive: Bool = try await from.inWork(database) { session in
            try !session.query(
                "select from cronmill.processor as p where p.name = \(processor) and not p.paused"
            ).isEmpty
        }
        guard isActive else { return }
        try await record(
            """
            insert into cronmill_migration.pause (database_name, processor) values (\(database), \(processor))
            on conflict on constraint pause_pkey do nothing
            """
        )
        _ = try await from.inWork(database) { session in
            try session.execute("update cronmill.processor set paused = true where name = \(processor)")
        }
    }

    /// Lets processors go on that were paused for a move.
    func resume() async throws {
        let paused = try await onOld { session in
            try session.query("select p.database_name, p.processor from cronmill_migration.pause as p").map {
                try ($0.get("database_name", as: String.self), $0.get("processor", as: String.self))
            }
        }
        for (database, processor) in paused {
            do {
                _ = try await from.inWork(database) { session in
                    try session.execute(
                        "update cronmill.processor set paused = false where name = \(processor) and paused"
                    )
                }
            } catch let error as PostgresError where error.sqlState == .invalidCatalogName {
                remark("database \(database) is gone")
            }
            try await record(
                """
                delete from cronmill_migration.pause as p
                where (p.database_name, p.processor) = (\(database), \(processor))
                """
            )
        }
    }

    private func stillRuns(_ run: LiveRun) -> CronmillError {
        CronmillError(
            .failed,
            "job \(run.jobid), \(run.title), of database \"\(run.database)\" has not ended within \(runLimit.shortText)",
            detail: "All jobs rest meanwhile: none is started.",
            hint: run.pid.map {
                "Wait longer with --wait, or stop it: select pg_cancel_backend(\($0)); "
                    + "then go on with the same command, or give up with cronmill migrate rollback."
            },
            database: run.database
        )
    }
}

extension LiveRun {
    /// Runs that have not ended, with runids above `floor`, and the newest runid there is. A row that says `running`
    /// without a backend is left over from a crash.
    ///
    /// - Parameters:
    ///   - floor: older runs have ended.
    ///   - connecting: whether runs count that have no backend yet.
    ///   - hasRegistry: whether the registry can say which jobs are ours.
    static func all(
        after floor: Int64,
        connecting: Bool,
        hasRegistry: Bool,
        _ session: Session
    ) throws -> ([LiveRun], Int64) {
        let ours: SQL =
            hasRegistry
            ? "select o.jobid, o.processor, o.slot from cronmill_cron.job as o where o.removed_at is null"
            : "select null::bigint as jobid, null::text as processor, null::integer as slot where false"
        let runs = try session.query(.liveRuns(floor: floor, connecting: connecting, ours: ours)).map { row in
            try LiveRun(
                runid: row.get("runid"),
                jobid: row.get("jobid"),
                pid: row.get("pid"),
                database: row.get("database"),
                title: row.get("title"),
                processor: row.get("processor"),
                slot: row.get("slot")
            )
        }
        let newest: Int64 = try session.one(
            "select coalesce(max(d.runid), 0) as newest from cron.job_run_details as d"
        ).get("newest")
        return (runs, newest)
    }
}

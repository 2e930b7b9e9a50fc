internal import Postgres
internal import SQLFiles

extension Deployment {
    /// Runs of pg_cron's history, with the tasks they did, for which the work databases of the runs found are asked.
    ///
    /// - Parameter filter: which of them.
    /// - Returns: a report even if work databases cannot be asked.
    /// - Throws: `CronmillError` if nothing is installed, for a processor that never had a job, or a database or jobs
    ///   whose runs may not be seen; `PostgresError`.
    public func runs(_ filter: RunFilter = RunFilter()) async throws -> RunReport {
        try await with(connectCron()) { connection in
            var report = try await connection.run { session in
                try CronState.glance(session).checkInstalled()
                return try Self.report(filter, session)
            }
            if filter.countsTasks { report.notVisible = await countTasks(of: &report.runs) }
            return report
        }
    }

    /// The time by the cron database's clock, by which runs are.
    ///
    /// - Throws: `PostgresError`.
    public func clock() async throws -> ServerTime {
        try await inCron { session in
            try session.one("select \(sql: ServerTime.columns("clock_timestamp()", as: "now"))").requiredTime("now")
        }
    }

    /// The runs there are, then new ones as they come and those that have changed, oldest first, until the task is
    /// cancelled.
    ///
    /// - Parameters:
    ///   - filter: which runs; `limit` is for those there are.
    ///   - interval: how often it looks.
    ///   - body: is given the runs that are new or changed; the first time all, even if there are none.
    /// - Throws: as `runs`, and what the body throws.
    public func followRuns(
        _ filter: RunFilter,
        every interval: Duration = .seconds(1),
        _ body: (RunReport) async throws -> Void
    ) async throws {
        try await with(connectCron()) { connection in
            var (report, follower) = try await connection.run { session in
                try CronState.glance(session).checkInstalled()
                return try Self.beginning(filter, session)
            }
            // Of what comes it is not known yet how it will end.
            var later = filter
            later.statuses = nil
            later.limit = 100_000
            while true {
                report.runs.sort { $0.runid < $1.runid }
                report.notVisible = await countTasks(of: &report.runs)
                try await body(report)
                repeat {
                    try await Task.sleep(for: interval)
                    report = try await connection.run { [later, follower] session in
                        RunReport(runs: try Self.runs(later, above: follower.aboveRunid, session))
                    }
                    report.runs = follower.take(report.runs)
                } while report.runs.isEmpty
            }
        }
    }

    /// The runs there are, and what is needed to tell what comes after them.
    private static func beginning(_ filter: RunFilter, _ session: Session) throws -> (RunReport, RunFollower) {
        var report = try report(filter, session)
        var open = filter
        open.statuses = [.starting, .running]
        open.limit = 100_000
        let newest: Int64? = try session.one(
            "select r.to_runid from cronmill_cron.history_range(null, null) as r"
        ).get("to_runid")
        let follower = try RunFollower(newest: newest ?? 0, open: runs(open, session), statuses: filter.statuses)
        report.runs = try runs(filter, session).filter { $0.runid <= newest ?? 0 }
        return (report, follower)
    }

    private static func report(_ filter: RunFilter, _ session: Session) throws -> RunReport {
        let database = filter.databases.flatMap { $0.count == 1 ? $0.first : nil }
        return try RolePart.monitor.needed(of: database, session) {
            try Visibility(session).check(filter.databases, "runs", ofOthersToo: filter.includesOtherJobs)
            var report = RunReport(runs: try runs(filter, session))
            // Where there is no run, a name may be wrong.
            if report.runs.isEmpty { try Visibility(session).checkRan(filter.processors, in: filter.databases) }
            if filter.since == nil, report.runs.count < filter.limit || filter.order == .slowest {
                let range = try session.one(
                    """
                    select r.is_cut, \(sql: ServerTime.columns("r.reaches_to", as: "reaches_to"))
                    from cronmill_cron.history_range(null, \(sql: filter.until?.sql ?? "null")) as r
                    """
                )
                report.isCut = try range.get("is_cut", as: Bool?.self) ?? false
                report.reachesTo = try range.time("reaches_to")
            }
            report.isSwitchedOff = try RunHistory(session).isOff()
            return report
        }
    }

    private static func runs(_ filter: RunFilter, above runid: Int64? = nil, _ session: Session) throws -> [Run] {
        let order: SQL = filter.order == .slowest ? "h.seconds desc nulls last, h.runid desc" : "h.runid desc"
        return try session.query(
            .runs(
                limit: filter.limit,
                databases: filter.databases,
                processors: filter.processors,
                statuses: filter.statuses?.map(\.rawValue).sorted(),
                above: runid,
                byLength: filter.order == .slowest,
                others: filter.includesOtherJobs,
                startedAt: ServerTime.columns("h.started_at", as: "started_at"),
                endedAt: ServerTime.columns("h.ended_at", as: "ended_at"),
                since: filter.since?.sql ?? "null",
                until: filter.until?.sql ?? "null",
                order: order
            )
        ).map { try Run($0) }
    }
}

extension Run {
    fileprivate init(_ row: Row) throws {
        try self.init(
            runid: row.get("runid"),
            jobid: row.get("jobid"),
            database: row.get("database_name"),
            processor: row.get("processor"),
            slot: row.get("slot"),
            jobName: row.get("job_name"),
            command: row.get("command"),
            runAs: row.get("run_as"),
            pid: row.get("pid"),
            status: row.word("status"),
            message: row.get("message"),
            startedAt: row.time("started_at"),
            endedAt: row.time("ended_at"),
            duration: row.get("seconds", as: Duration?.self),
            // Until the work database has been asked.
            tasks: row.get("is_counted", as: Bool?.self) == true ? .notVisible : .none
        )
    }
}

internal import Postgres
internal import SQLFiles

extension Migration {
    private static let window = 10_000

    /// Carries the run history to where pg_cron is now, newest first, in windows that are a commit each: it takes no
    /// part in the pause.
    func carryHistory() async throws -> String? {
        guard let journal = try await journal() else { return nil }
        // What was carried is above this.
        var upper = journal.carriedRunid ?? .max
        while let runids = try await window(of: from, upTo: upper) {
            try await carry(runids, from: from, into: to)
            upper = runids.lowerBound - 1
            try await record("update cronmill_migration.migration set carried_runid = \(upper)")
        }
        let count = try await onOld { session in
            try session.one("select count(*) as runs from cron.job_run_details").get("runs", as: Int.self)
        }
        return count.counted("run")
    }

    /// Carries the runs of the new database back to the old one, which pg_cron is in again.
    func carryHistoryBack() async throws -> String? {
        guard try await pgCronIsIn(to), let journal = try await journal(), let first = journal.lastRunid else {
            return nil
        }
        var upper = Int64.max
        while let runids = try await window(of: to, upTo: upper, above: first) {
            try await carry(runids, from: to, into: from)
            if upper == .max {
                try await record(
                    """
                    select setval('cron.runid_seq', greatest(\(runids.upperBound), s.last_value))
                    from cron.runid_seq as s
                    """
                )
            }
            upper = runids.lowerBound - 1
        }
        return nil
    }

    /// The runids of the newest rows of a database, as many as are carried at once; nil if there is none.
    private func window(of deployment: Deployment, upTo upper: Int64, above floor: Int64 = 0) async throws
        -> ClosedRange<
            Int64
        >?
    {
        try await deployment.inCron { session in
            let row = try session.query(
                """
                select min(d.runid) as lowest, max(d.runid) as highest
                from (
                    select r.runid from cron.job_run_details as r
                    where r.runid <= \(upper) and r.runid > \(floor) order by r.runid desc limit \(Self.window)
                ) as d
                """
            ).first
            guard let lowest = try row?.get("lowest", as: Int64?.self),
                let highest = try row?.get("highest", as: Int64?.self)
            else { return nil }
            return lowest...highest
        }
    }

    /// One window, which may have been carried before: of its runids the database they come to has made none itself.
    private func carry(_ runids: ClosedRange<Int64>, from source: Deployment, into target: Deployment) async throws {
        let columns: SQL =
            "jobid, runid, job_pid, database, username, command, status, return_message, start_time, end_time"
        let bytes: [UInt8] = try await source.inCron { session in
            var bytes: [UInt8] = []
            try session.copyOut(
                .copyHistory(
                    first: "\(literal: Int(runids.lowerBound))",
                    last: "\(literal: Int(runids.upperBound))"
                )
            ) { bytes += $0 }
            return bytes
        }
        guard !bytes.isEmpty else { return }
        try await target.inCron { session in
            try session.transaction {
                try session.execute(
                    """
                    delete from cron.job_run_details as d
                    where d.runid between \(runids.lowerBound) and \(runids.upperBound)
                    """
                )
                var chunk: [UInt8]? = bytes
                _ = try session.copyIn("copy cron.job_run_details (\(sql: columns)) from stdin") {
                    defer { chunk = nil }
                    return chunk
                }
            }
        }
    }
}

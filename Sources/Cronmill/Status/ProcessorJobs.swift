internal import Postgres
internal import struct FoundationEssentials.Date

/// What the cron database says of one processor.
struct ProcessorJobs: Sendable {
    let jobs: Int
    let activeJobs: Int
    let lastRun: ProcessorStatus.LastRun?
    let runsLastHour: Int
    let failuresLastHour: Int
    let isEnabled: Bool
    let slots: Int
    let schedule: String
    let runAs: String
    let changedAt: Date
    /// A run that its history row says goes on, and whose process is there.
    let going: Going?
    let nextDue: ServerTime?
    /// A run was due at this time; who began none since has been waiting for one.
    let dueBefore: Date?
    /// The same, so long ago that it is overdue.
    let overdueBefore: Date?
    /// A task that was ready by then has waited for too long.
    let behindBefore: Date?
    /// The percentage from which on it is failing.
    let failingPercentage: Int?
    /// What differs in `cron.job`, a sentence each, and the command that repairs it where `sync` does not.
    var differences: [(text: String, command: String?)] = []

    struct Going: Sendable {
        let pid: Int
        let since: ServerTime?
        /// Of its backend, from `pg_stat_activity`.
        let state: String
    }

}

extension ProcessorJobs {
    static let columns: SQL = """
        j.enabled, j.slots, j.schedule, j.run_as, j.jobs, j.active_jobs, j.last_status, j.last_message,
        extract(epoch from j.last_started_at)::double precision as last_started,
        extract(epoch from clock_timestamp() - j.last_started_at)::double precision as last_age,
        j.last_seconds, j.runs_last_hour, j.failures_last_hour, j.going_pid, j.going_state, j.failing,
        \(sql: ServerTime.columns("j.going_since", as: "going_since")),
        \(sql: ServerTime.columns("j.next_due", as: "next_due")),
        extract(epoch from j.changed_at)::double precision as changed,
        extract(epoch from j.due_before)::double precision as due_before,
        extract(epoch from j.overdue_before)::double precision as overdue_before,
        extract(epoch from j.behind_before)::double precision as behind_before
        """

    init(_ row: Row) throws {
        let date = { (name: String) in
            try row.get(name, as: Double?.self).map { Date(timeIntervalSince1970: $0) }
        }
        jobs = try row.get("jobs")
        activeJobs = try row.get("active_jobs")
        runsLastHour = try row.get("runs_last_hour")
        failuresLastHour = try row.get("failures_last_hour")
        isEnabled = try row.get("enabled")
        slots = try row.get("slots")
        schedule = try row.get("schedule")
        runAs = try row.get("run_as")
        changedAt = try date("changed") ?? .distantPast
        nextDue = try row.time("next_due")
        dueBefore = try date("due_before")
        overdueBefore = try date("overdue_before")
        behindBefore = try date("behind_before")
        failingPercentage = try row.get("failing")
        going = try row.get("going_pid", as: Int?.self).map { pid in
            try Going(pid: pid, since: row.time("going_since"), state: row.get("going_state"))
        }
        lastRun = try row.get("last_status", as: String?.self).map { status in
            try ProcessorStatus.LastRun(
                status: status,
                message: row.get("last_message"),
                startedAt: date("last_started"),
                age: row.get("last_age", as: Double?.self).map { .seconds($0) },
                duration: row.get("last_seconds", as: Double?.self).map { .seconds($0) }
            )
        }
    }
}

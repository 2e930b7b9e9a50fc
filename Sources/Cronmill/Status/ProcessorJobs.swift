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
    /// A run that its history row says goes on, and whose process is there.
    let going: Going?
    let nextDue: ServerTime?
    /// When a run was due that makes it overdue, or late.
    let lateSince: Date?
    /// No run has begun since one was due.
    let isLate: Bool
    /// The same, for so long as the threshold says.
    let isOverdue: Bool
    /// Its oldest ready task waits for too long.
    let isBehind: Bool
    /// Too many attempts of late failed.
    let isFailing: Bool
    /// Its last run failed, and too many of the last hour, or the newest of them without exception.
    let areRunsFailing: Bool
    /// Of one that sleeps; nil for one that never does.
    let rest: Rest?
    /// What differs in `cron.job`, a sentence each, and the command that repairs it where `sync` does not.
    var differences: [(text: String, command: String?)] = []

    struct Rest: Sendable {
        /// `asleep`, `wanted`, `granted` or `awake`.
        let state: String
        /// How long it has been so.
        let duration: Duration
        /// Which of those that wait it is.
        let place: Int?
    }

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
        j.last_seconds, j.runs_last_hour, j.failures_last_hour, j.going_pid, j.going_state,
        j.is_late, j.is_overdue, j.is_behind, j.is_failing, j.are_runs_failing,
        j.rest, extract(epoch from clock_timestamp() - j.rest_since)::double precision as rest_seconds, j.place,
        \(sql: ServerTime.columns("j.going_since", as: "going_since")),
        \(sql: ServerTime.columns("j.next_due", as: "next_due")),
        extract(epoch from j.late_since)::double precision as late_since
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
        nextDue = try row.time("next_due")
        lateSince = try date("late_since")
        isLate = try row.get("is_late")
        isOverdue = try row.get("is_overdue")
        isBehind = try row.get("is_behind")
        isFailing = try row.get("is_failing")
        areRunsFailing = try row.get("are_runs_failing")
        rest = try row.get("rest", as: String?.self).map { state in
            try Rest(
                state: state,
                duration: row.get("rest_seconds"),
                place: row.get("place")
            )
        }
        going = try row.get("going_pid", as: Int?.self).map { pid in
            try Going(pid: pid, since: row.time("going_since"), state: row.get("going_state"))
        }
        lastRun = try row.get("last_status", as: String?.self).map { status in
            try ProcessorStatus.LastRun(
                status: status,
                message: row.get("last_message"),
                startedAt: date("last_started"),
                age: row.get("last_age", as: Duration?.self),
                duration: row.get("last_seconds", as: Duration?.self)
            )
        }
    }
}

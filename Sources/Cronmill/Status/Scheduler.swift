internal import Postgres
internal import struct FoundationEssentials.Date

/// pg_cron itself, as far as the registry sees it.
public struct Scheduler: Sendable, Hashable {
    /// The zone it reads schedules in: `cron.timezone`, GMT before pg_cron 1.5.
    public var zone: String
    /// True if that cannot be read and GMT is assumed.
    public var zoneIsAssumed: Bool
    /// Why it starts no job of anybody, as far as it is seen: the end of a sentence; nil if nothing is seen.
    public var obstacle: String?
    /// Whether the server is a standby, on which nothing can be changed.
    public var isStandby = false
    /// The day it is, in the zone of the session: `2026-11-26`.
    public var today: String

    var keepsHistory: Bool?
    var launcherStartedAt: Date?
    var launcherAge: Duration?
    /// Runs whose process is seen.
    var runsGoing: Int
}

extension Scheduler {
    /// - Parameter missingRoles: jobs whose role is gone, and the role.
    init(_ session: Session, missingRoles: [(jobid: Int64, role: String)]) throws {
        let row = try session.one(
            """
            select s.zone, s.zone_is_assumed, s.is_standby, s.is_loaded, s.cron_database, s.launches_jobs,
                s.keeps_history, s.launcher_pid, s.launcher_returns, s.runs_going,
                \(sql: ServerTime.columns("s.launcher_started_at", as: "launcher_started")),
                extract(epoch from clock_timestamp() - s.launcher_started_at)::double precision as launcher_age,
                to_char(clock_timestamp(), 'YYYY-MM-DD') as today, current_database() as database
            from cronmill_cron.scheduler() as s
            """
        )
        try self.init(
            zone: row.get("zone"),
            zoneIsAssumed: row.get("zone_is_assumed"),
            obstacle: Self.obstacle(row, missingRoles),
            isStandby: row.get("is_standby"),
            today: row.get("today"),
            keepsHistory: row.get("keeps_history"),
            launcherStartedAt: row.time("launcher_started")?.date,
            launcherAge: row.get("launcher_age", as: Duration?.self),
            runsGoing: row.get("runs_going")
        )
    }

    private static func obstacle(_ row: Row, _ missingRoles: [(jobid: Int64, role: String)]) throws -> String? {
        if try row.get("is_standby") {
            return "the server is a standby, where pg_cron starts nothing until it is promoted"
        }
        if try row.get("is_loaded", as: Bool?.self) == false {
            return "pg_cron is not loaded: shared_preload_libraries does not have it"
        }
        let database: String = try row.get("database")
        if let other = try row.get("cron_database", as: String?.self), other != database {
            return "pg_cron works in database \"\(other)\" (cron.database_name), the registry is in \"\(database)\""
        }
        if try row.get("launches_jobs", as: Bool?.self) == false { return "cron.launch_active_jobs is off" }
        if let missing = missingRoles.first {
            return
                "job \(missing.jobid) belongs to role \"\(missing.role)\", which does not exist: the launcher fails at it"
        }
        if try row.get("launcher_pid", as: Int?.self) == nil {
            let gone = "pg_cron's launcher is gone"
            return switch try row.get("launcher_returns", as: Bool?.self) {
            case false: gone + ", and before pg_cron 1.6 it does not come back: restart the server"
            case true: gone + ", and the server's log says why it does not come back"
            case nil: gone + "; if it does not come back, restart the server"
            }
        }
        return nil
    }
}

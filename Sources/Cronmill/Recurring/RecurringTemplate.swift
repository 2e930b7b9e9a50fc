internal import Postgres
internal import SQLFiles

/// A task that is put into a queue at the ticks of a schedule.
public struct RecurringTemplate: Sendable, Hashable {
    /// What becomes of ticks that could not be fired in time.
    public enum CatchUp: String, Sendable, Hashable, CaseIterable {
        /// Nothing.
        case skip
        /// The last of them is fired.
        case one
        /// Each of them is fired, in order.
        case all
    }

    /// Whether a new task is made while one is not done yet.
    public enum Overlap: String, Sendable, Hashable, CaseIterable {
        /// It is.
        case allow
        /// It is not, while one waits, is at work, or waits for its next attempt.
        case skip
    }

    /// The work database.
    public var database: String
    /// Its name.
    public var name: String
    /// The queue its tasks go into.
    public var queue: String
    /// Five cron fields.
    public var schedule: String
    /// Time zone in which the schedule is read.
    public var zone: String
    /// Whether it fires.
    public var isEnabled: Bool
    /// What becomes of ticks that could not be fired in time.
    public var catchUp: CatchUp
    /// Ticks that are longer ago than that are not made up for.
    public var catchUpWithin: Duration
    /// Whether a new task is made while one is not done yet.
    public var overlap: Overlap
    /// The producer who defined it; nil for the installer or a superuser.
    public var definedBy: String?
    /// Its next tick; nil while it is disabled.
    public var nextAt: ServerTime?
    /// Whether its next tick was due two minutes ago, and has not been fired.
    public var isLate: Bool
    /// The last tick that came, also if nothing was made of it because its tasks may not overlap.
    public var lastAt: ServerTime?
    /// The task that the last tick made.
    public var lastTaskID: Int64?
    /// The graph that was made last.
    public var lastGraphID: Int64?
    /// Why it was disabled by itself.
    public var error: String?
    /// The task as an envelope, or a graph of such, in JSON; nil for who may not read payloads.
    public var template: String?

    /// `failed`, `late`, `enabled` or `disabled`.
    package var state: String {
        if error != nil { return "failed" }
        return isEnabled ? isLate ? "late" : "enabled" : "disabled"
    }

    /// What was made of it.
    public enum Made: Sendable, Hashable {
        /// A task, by its number.
        case task(Int64)
        /// A graph, by its number.
        case graph(Int64)
    }

    /// A tick to come.
    public struct Tick: Sendable, Hashable {
        /// ISO 8601, in UTC.
        public var utc: String
        /// On the clock of the template's zone: `Mon 2027-03-29 03:00`.
        public var local: String
    }
}

/// What a recurring template is to be.
public struct RecurringRequest: Sendable, Hashable {
    /// The task of each tick.
    public enum Template: Sendable, Hashable {
        /// A payload, a JSON object.
        case payload(String)
        /// An envelope: a JSON object with a payload, and settings of the task.
        case envelope(String)
        /// A graph: JSON envelopes, a line each.
        case graph(String)
    }

    /// Its name.
    public var name: ObjectName
    /// The queue its tasks go into.
    public var queue: ObjectName
    /// Its schedule; one in seconds is refused.
    public var schedule: Schedule
    /// The task of each tick.
    public var template: Template
    /// Time zone in which the schedule is read, by its name.
    public var zone = "UTC"
    /// What becomes of ticks that could not be fired in time.
    public var catchUp = RecurringTemplate.CatchUp.one
    /// Ticks that are longer ago than that are not made up for; up to 366 days.
    public var catchUpWithin = Duration.seconds(86_400)
    /// Whether a new task is made while one is not done yet.
    public var overlap = RecurringTemplate.Overlap.allow
    /// Whether it fires; nil leaves it as it is, and a new one does.
    public var isEnabled: Bool?

    /// A template with the defaults.
    public init(name: ObjectName, queue: ObjectName, schedule: Schedule, template: Template) {
        (self.name, self.queue, self.schedule, self.template) = (name, queue, schedule, template)
    }
}

/// What became of a recurring template that was set.
public enum RecurringChange: String, Sendable, Hashable {
    /// It is new.
    case made
    /// It was another.
    case changed
    /// It was the same.
    case unchanged
}

extension RecurringTemplate {
    init(_ row: Row, database: String) throws {
        try self.init(
            database: database,
            name: row.get("name"),
            queue: row.get("queue"),
            schedule: row.get("schedule"),
            zone: row.get("zone"),
            isEnabled: row.get("enabled"),
            catchUp: CatchUp(rawValue: row.get("catch_up")) ?? .one,
            catchUpWithin: row.get("catch_up_within"),
            overlap: Overlap(rawValue: row.get("overlap")) ?? .allow,
            definedBy: row.get("defined_by"),
            nextAt: row.time("next_at"),
            isLate: row.get("is_late"),
            lastAt: row.time("last_at"),
            lastTaskID: row.get("last_task_id"),
            lastGraphID: row.get("last_graph_id"),
            error: row.get("error"),
            template: row.get("template")
        )
    }

    /// The templates of a work database, by name.
    ///
    /// - Parameter name: one of them; nil is all.
    static func all(_ name: String?, _ session: Session) throws -> [RecurringTemplate] {
        let access = try session.one(
            "select has_column_privilege('cronmill.recurring', 'template', 'select') as may_see"
        )
        let template: SQL = try access.get("may_see") ? "r.template::text" : "null::text"
        let rows = try session.query(
            .recurringTemplates(
                name: name,
                template: template,
                nextAt: ServerTime.columns("r.next_at", as: "next_at"),
                lastAt: ServerTime.columns("r.last_at", as: "last_at")
            )
        )
        return try rows.map { try RecurringTemplate($0, database: session.database) }
    }
}

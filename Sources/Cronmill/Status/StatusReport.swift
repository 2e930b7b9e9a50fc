/// The state of all processors asked for, and what could not be seen.
public struct StatusReport: Sendable {
    /// A result per work database: its processors, or why it could not be asked.
    public var databases: [DatabaseResult<[ProcessorStatus]>]
    /// Why the cron database could not be asked, if so; then jobs and runs are unknown.
    public var cronError: (any Error)?
    /// Jobs pg_cron can run at once and that would be active.
    public var capacity: Capacity?
    /// pg_cron itself; nil where the cron database could not be asked.
    public var scheduler: Scheduler?
    /// How processors that sleep share their budget; nil where there are none.
    public var demand: Demand?
    /// Remarks on the server and on pg_cron: it starts nothing, history switched off, capacity exceeded.
    public var serverRemarks: [String] = []
    /// Remarks on the databases asked: rows that are not visible, old snapshots, recurring templates.
    public var databaseRemarks: [String] = []

    package init(databases: [DatabaseResult<[ProcessorStatus]>], cronError: (any Error)?) {
        self.databases = databases
        self.cronError = cronError
    }

    /// All remarks, those on the server first.
    public var remarks: [String] { serverRemarks + databaseRemarks }

    /// Whether nothing needs a person: every processor's verdict is fine, and pg_cron starts jobs if one is wanted.
    ///
    /// What could not be asked is not looked at here.
    public var isFine: Bool {
        let processors = databases.flatMap { $0.outcome.found }
        return processors.allSatisfy(\.verdict.isFine)
            && (scheduler?.obstacle == nil || !processors.contains { $0.isEnabled && !$0.isPaused })
    }
}

/// What a work database said of its processors at a moment; `Deployment.report` has it judged.
public struct WorkLook: Sendable {
    let states: [ProcessorState]
    /// How long tasks waited and took, where that was asked for.
    package var times: [ProcessorTimes] = []

    /// Names of the processors.
    public var processors: [String] { states.map(\.status.processor) }
}

/// What the cron database says at one look.
package struct RegistryWatch: Sendable {
    package let report: StatusReport
    /// Nil if it could not be asked.
    package let registered: [String]?
    /// Nil if they could not be seen.
    package let alarms: [Alarm]?
    /// What processors have done; nil if it could not be seen.
    package let totals: [ProcessorTotals]?
    /// The server; nil if it could not be seen.
    package var server: ServerState?
    /// Its databases; nil if they were not asked for, or could not be seen.
    package var sizes: [DatabaseSize]?
}

/// How the enabled processors that sleep, of all work databases, share the places they have in pg_cron.
public struct Demand: Sendable, Hashable {
    /// Slots that may be at work at once.
    public var budget: Int
    /// Slots of those that have a place.
    public var used: Int
    /// Processors that have a place.
    public var awake: Int
    /// Processors that were woken and wait for one.
    public var waiting: Int
    /// For how long the first of those has waited.
    public var longestWait: Duration?
    /// Processors that nobody needs now.
    public var asleep: Int
}

/// What pg_cron can run at once, and what is active.
public struct Capacity: Sendable, Hashable {
    /// `cron.max_running_jobs`; nil if it cannot be read and was not given.
    public var maxRunningJobs: Int?
    /// Slots of enabled processors, all work databases together.
    public var slots: Int
    /// Cronmill's own jobs.
    public var housekeepers: Int
    /// Active jobs of others; nil if they cannot be seen and were not given.
    public var others: Int?
    /// All of them.
    public var needed: Int
    /// Whether pg_cron hangs when more jobs wait than it can run.
    public var hangsAbove: Bool
    /// Slots of processors that sleep that may be at work at once; nil where none sleeps.
    public var budget: Int?
}

public import struct FoundationEssentials.Date

/// What there is to say about one processor at one moment, read from where it is.
public struct ProcessorStatus: Sendable, Hashable {
    /// The work database.
    public var database: String
    /// Name of the processor.
    public var processor: String
    /// Its queue.
    public var queue: String
    /// What the user wants.
    public var isEnabled: Bool
    /// True if no slot claims another batch.
    public var isPaused: Bool
    /// Parallel jobs wanted.
    public var slots: Int
    /// When pg_cron starts its jobs.
    public var schedule: String
    /// Role its handler runs as.
    public var runAs: String
    /// Its jobs in `cron.job`; nil where the cron database could not be asked.
    public var jobs: Int?
    /// Those of them that are active.
    public var activeJobs: Int?
    /// Slots whose run goes on now, that of `process` included.
    public var running: Int
    /// Those of them that have nothing to do at this moment and wait for tasks.
    public var waiting: Int
    /// Tasks whose time has come; 100,001 stands for more.
    public var ready: Int
    /// Tasks for later; 100,001 stands for more.
    public var scheduled: Int
    /// Tasks among those for later that have failed before.
    public var retrying: Int
    /// Tasks that used up their attempts; 100,001 stands for more.
    public var dead: Int
    /// Age of the oldest ready task.
    public var oldestReady: Duration?
    /// Tasks done in the last hour.
    public var doneLastHour: Int
    /// Attempts that failed in the last hour.
    public var failedLastHour: Int
    /// The last run in the part of pg_cron's history that was read: the last hour, and longer where runs are few.
    public var lastRun: LastRun?
    /// Runs that began in the last hour.
    public var runsLastHour: Int?
    /// Those of them that failed.
    public var failuresLastHour: Int?
    /// When pg_cron starts it next; nil if it is disabled, its schedule never comes, or that could not be seen.
    public var nextDue: ServerTime?
    /// Of one that sleeps: `asleep`, `wanted`, `granted` or `awake`; nil for one that never does, or if it could not be seen.
    public var sleepState: String?
    /// How it is doing, in a word.
    public var verdict = Verdict.unknown
    /// Why, as a sentence without full stop.
    public var reason = ""
    /// The command that repairs it, of a processor that has drifted or whose handler cannot be called.
    public var repair: String?

    /// A run, in short.
    public struct LastRun: Sendable, Hashable {
        /// pg_cron's word for how it is or ended.
        public var status: String
        /// pg_cron's message.
        public var message: String?
        /// When it started, if pg_cron noted it.
        public var startedAt: Date?
        /// How long ago that was, by the database's clock.
        public var age: Duration?
        /// How long it took, or has taken so far.
        public var duration: Duration?
    }

    /// The highest count that is exact.
    public static let exactUpTo = 100_000
}

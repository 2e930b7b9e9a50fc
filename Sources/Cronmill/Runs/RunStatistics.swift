/// What the runs of a processor, or of one slot, and their tasks were like in a while.
public struct RunStatistics: Sendable, Hashable {
    /// Work database; the cron database for a housekeeper.
    public var database: String
    /// Processor, or name of the housekeeper.
    public var processor: String
    /// The slot, 0 for a housekeeper and for work in the foreground; nil for all slots together.
    public var slot: Int?
    /// Runs that began in this while; nil where there was none, as for work in the foreground.
    public var runs: Runs?
    /// Tasks of runs that began in this while; nil where none were counted or the work database could not be asked.
    public var tasks: Tasks?
    /// Whether the work database could be asked.
    public var tasksAreVisible = true

    /// Runs in pg_cron's history.
    public struct Runs: Sendable, Hashable {
        /// How many.
        public var count: Int
        /// Those that failed.
        public var failures: Int
        /// Those that were stopped by deactivating their job, or whose backend is gone.
        public var stopped: Int
        /// Mean duration of those that have ended.
        public var average: Duration?
        /// Half of the runs were no longer than this.
        public var p50: Duration?
        /// 95 of 100.
        public var p95: Duration?
        /// 99 of 100.
        public var p99: Duration?
        /// The longest, one that goes on included.
        public var longest: Duration?
        /// Fraction of the slots' time in which there was a run, from 0 to 1.
        public var occupied: Double?
        /// When the last run that succeeded began: the last of this while and the one before, or of the newest 100,000
        /// of pg_cron's history.
        public var lastSuccess: ServerTime?
        /// The while before; nil where the history does not reach back that far.
        public var before: Before?

        /// Runs of the while before.
        public struct Before: Sendable, Hashable {
            /// How many.
            public var count: Int
            /// Those that failed.
            public var failures: Int
            /// Mean duration.
            public var average: Duration?
            /// Fraction of the slots' time in which there was a run, from 0 to 1.
            public var occupied: Double?
        }
    }

    /// Tasks, as the work database counted them.
    public struct Tasks: Sendable, Hashable {
        /// How many were done, failed, died.
        public var counts: TaskCounts
        /// Runs that were killed. Of each, what it did in its last quarter of a second may be missing from the counts.
        public var lostRuns: Int
        /// Tasks done in each of equal parts of this while, in order, by when their run began.
        public var course: [Int]
        /// Tasks done per second, over the whole while.
        public var perSecond: Double
        /// How long tasks waited, from the time they were ready until their batch began.
        public var waited: TaskTimes
        /// How long handlers took.
        public var worked: TaskTimes
        /// Fraction of the slots' time that handlers took, estimated from `worked`: right within a third.
        public var busy: Double
        /// Tasks of the while before; nil where counters do not reach back that far (they are kept for seven days).
        public var before: TaskCounts?
    }
}

/// Which statistics.
public struct StatisticsRequest: Sendable, Hashable {
    /// Work databases; nil is all, the housekeepers' runs included.
    public var databases: [String]?
    /// Processors; nil is all.
    public var processors: [String]?
    /// How far back, from now.
    public var window = Duration.seconds(3600)
    /// Whether a row is a slot, not a processor.
    public var bySlot = false

    /// All processors, over the last hour.
    public init() {}
}

/// Statistics, and what could not be seen.
public struct StatisticsReport: Sendable {
    /// A row per processor or slot, by database and name.
    public var rows: [RunStatistics]
    /// Work databases whose counters could not be asked for, and why.
    public var notVisible: [String: any Error] = [:]
    /// Whether pg_cron keeps no history (`cron.log_run` is off); nil if that cannot be read.
    public var isSwitchedOff: Bool?
}

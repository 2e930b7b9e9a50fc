/// A run in pg_cron's history, with the processor it was of and the tasks it did.
public struct Run: Sendable, Hashable {
    /// How a run is or ended.
    public enum Status: String, Sendable, Hashable, CaseIterable {
        /// pg_cron is connecting for it.
        case starting
        /// It goes on.
        case running
        /// pg_cron says that it goes on, but its backend is not there any more, or it never got one.
        case gone
        /// Its command ended without an error; tasks of it may have failed.
        case succeeded
        /// Its command ended with an error, or pg_cron could not start it.
        case failed
        /// Its job was deactivated while it went, which pg_cron calls failed.
        case stopped
    }

    /// What is known of the tasks of a run.
    public enum Tasks: Sendable, Hashable {
        /// As its work database counted them.
        case counted(TaskCounts)
        /// It counted none: the run did not come to begin, is another job's, or its processor is gone.
        case none
        /// The work database could not be asked.
        case notVisible
    }

    /// pg_cron's number of it.
    public var runid: Int64
    /// The job; it may be gone.
    public var jobid: Int64
    /// The database it ran in: a work database, or the cron database for a housekeeper.
    public var database: String
    /// Processor, or name of the housekeeper; nil for other jobs.
    public var processor: String?
    /// Slot, from 1; 0 for a housekeeper, nil for other jobs.
    public var slot: Int?
    /// Name of the job; nil if it has none, is gone, or was not asked for (`RunFilter.includesOtherJobs`).
    public var jobName: String?
    /// What it executed.
    public var command: String
    /// Role it ran as.
    public var runAs: String
    /// Process that did it, if it came to that.
    public var pid: Int?
    /// How it is or ended.
    public var status: Status
    /// pg_cron's message: the command tag, or the error.
    public var message: String?
    /// When it started, if pg_cron noted it.
    public var startedAt: ServerTime?
    /// When it ended, if pg_cron noted it.
    public var endedAt: ServerTime?
    /// How long it took, or has taken so far; nil if pg_cron did not note its end.
    public var duration: Duration?
    /// Its tasks.
    public var tasks: Tasks = .none

    /// Whether pg_cron calls it succeeded though tasks failed in it.
    public var succeededWithFailures: Bool {
        guard status == .succeeded, case .counted(let counts) = tasks else { return false }
        return counts.failed > 0
    }

    /// How it ended, as people are told.
    package struct Outcome: Sendable, Hashable {
        package let status: Status
        /// Whether it succeeded, and tasks failed in it.
        package let hasFailures: Bool

        /// `tasks failed`, or the status.
        package var word: String { hasFailures ? "tasks failed" : status.rawValue }
    }

    package var outcome: Outcome { Outcome(status: status, hasFailures: succeededWithFailures) }

    /// What there is to say beyond the status: pg_cron's message where the run failed.
    package var shownMessage: String {
        switch status {
        case .failed: message?.firstLine ?? ""
        case .gone: pid == nil ? "it never got a backend" : "its backend is not there any more"
        case .starting, .running, .succeeded, .stopped: ""
        }
    }
}

/// How many tasks did what.
public struct TaskCounts: Sendable, Hashable {
    /// Tasks done.
    public var done: Int
    /// Attempts that failed, those of dead tasks included.
    public var failed: Int
    /// Tasks that failed for the last time.
    public var dead: Int

    /// Failed attempts after which the task is tried again.
    public var retried: Int { failed - dead }
}

/// Which runs.
public struct RunFilter: Sendable, Hashable {
    /// What comes first.
    public enum Order: Sendable, Hashable {
        /// The latest.
        case newest
        /// The longest, those whose duration is not known last.
        case slowest
    }

    /// Work databases; nil is all, the housekeepers' runs included.
    public var databases: [String]?
    /// Processors; nil is all.
    public var processors: [String]?
    /// How they are or ended; nil is anyhow.
    public var statuses: Set<Run.Status>?
    /// Only those that began then or later; nil is the newest 100,000 of pg_cron's history.
    public var since: Moment?
    /// Only those that began before.
    public var until: Moment?
    /// What comes first.
    public var order = Order.newest
    /// Whether runs of jobs that are not ours are wanted, too. For members of the registry's owner only.
    public var includesOtherJobs = false
    /// Whether the work databases are asked what tasks the runs did.
    public var countsTasks = true
    /// As many at most.
    public var limit = 20

    /// The newest 20.
    public init() {}
}

/// Runs, and what could not be seen of them.
public struct RunReport: Sendable {
    /// The runs, in the order asked.
    public var runs: [Run]
    /// Work databases whose counters could not be asked for, and why.
    public var notVisible: [String: any Error] = [:]
    /// Whether older runs of the history were not looked at, because no `since` said how far to go.
    public var isCut = false
    /// When the oldest run that was looked at began, if older ones were not.
    public var reachesTo: ServerTime?
    /// Whether pg_cron keeps no history (`cron.log_run` is off); nil if that cannot be read.
    public var isSwitchedOff: Bool?
}

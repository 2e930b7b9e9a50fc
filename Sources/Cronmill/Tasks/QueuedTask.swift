internal import FoundationEssentials

/// A task at one moment: waiting, dead, or finished and kept.
public struct QueuedTask: Sendable, Hashable {
    /// What a task is waiting for, or how it ended. That a slot is doing it cannot be seen from outside: until the batch
    /// commits it is what it was before.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// Its time has come.
        case ready
        /// It is for later.
        case scheduled
        /// It is for later, because it failed.
        case retrying
        /// It used up its attempts.
        case dead
        /// It is finished, and kept for a while.
        case done
    }

    /// Why the last attempt failed.
    public struct Failure: Sendable, Hashable {
        /// When it failed.
        public var failedAt: ServerTime?
        /// SQLSTATE.
        public var sqlState: String
        /// Message.
        public var message: String
        /// Detail.
        public var detail: String?
        /// Hint.
        public var hint: String?
        /// Call stack.
        public var context: String?
    }

    /// An attempt that failed, of a processor that keeps them (`keepAttempts`).
    public struct FailedAttempt: Sendable, Hashable {
        /// The how many-th it was, from 1 on; from 1 on again after a redrive.
        public var attempt: Int
        /// When the handler was called; nil where that is not known.
        public var beganAt: ServerTime?
        /// When it failed, or was found never to have ended (`MC020`).
        public var failedAt: ServerTime
        /// SQLSTATE.
        public var sqlState: String
        /// Message.
        public var message: String
        /// The run of `cronmill.run` that it was made in; nil where that is not known.
        public var run: Int64?

        /// How long it took; nil for one that never ended.
        public var duration: Duration? {
            guard sqlState != "MC020" else { return nil }
            return beganAt.map { .seconds(failedAt.date.timeIntervalSince($0.date)) }
        }
    }

    /// The work database.
    public var database: String
    /// Its queue.
    public var queue: String
    /// Its number.
    public var id: Int64
    /// What it is waiting for, or how it ended.
    public var state: State
    /// 0 to 9, 9 first.
    public var priority: Int
    /// Attempts charged so far.
    public var attempts: Int
    /// Not before this time, or when its last attempt was due.
    public var runAt: ServerTime
    /// When it was enqueued.
    public var enqueuedAt: ServerTime
    /// When an attempt began that has not ended.
    public var beganAt: ServerTime?
    /// When it was done.
    public var finishedAt: ServerTime?
    /// What the handler is given: JSON; nil if the role that asked may not read it, nor keys and details of errors.
    public var payload: String?
    /// No other task of the queue with this key can wait.
    public var uniqueKey: String?
    /// Of a group one task at a time is done, in order.
    public var groupKey: String?
    /// Words by which it is found.
    public var tags: [String]
    /// Of this task, instead of the processor's.
    public var timeout: Duration?
    /// Of this task, instead of the processor's.
    public var maxAttempts: Int?
    /// Why the last attempt failed, if one did.
    public var failure: Failure?
    /// Attempts that failed, the first one first; none where the processor keeps none. Nil in lists.
    public var failedAttempts: [FailedAttempt]?
}

/// Which tasks of a work database.
public struct TaskFilter: Sendable, Hashable {
    /// Only of this queue.
    public var queue: String?
    /// Only those in this state; nil is all that wait: ready, scheduled and retrying.
    public var state: QueuedTask.State?
    /// Only those that are found so.
    public var search = TaskSearch()
    /// Only those whose last attempt failed with this SQLSTATE.
    public var sqlState: String?
    /// So many at most.
    public var limit = 50

    /// The first 50 that wait.
    public init() {}
}

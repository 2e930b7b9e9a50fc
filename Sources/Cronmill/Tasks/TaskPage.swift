/// Which tasks of a work database, page by page.
public struct TaskPageRequest: Sendable, Hashable {
    /// Only of this queue.
    public var queue: String?
    /// Only those in this state; nil is all that wait: ready, scheduled and retrying.
    public var state: QueuedTask.State?
    /// Only those that are found so.
    public var search = TaskSearch()
    /// Only those with this unique key.
    public var uniqueKey: String?
    /// Only those of this group.
    public var groupKey: String?
    /// Only those whose last attempt failed with this SQLSTATE.
    public var sqlState: String?
    /// Only those that have been dead, done, or else enqueued, for so long at least.
    public var age: Duration?
    /// Those after this place, which a page before said.
    public var after: TaskPosition?
    /// So many at most.
    public var limit = 50

    /// The first 50 that wait.
    public init() {}
}

/// A place in a list of tasks, from which it goes on wherever tasks have come or gone meanwhile.
public struct TaskPosition: Sendable, Hashable {
    /// The queue.
    public var queue: String
    /// The priority, where the list is by priority; else 0.
    public var level: Int
    /// The time, where the list is by time, as the server's text with microseconds and zone.
    public var time: String?
    /// The number.
    public var id: Int64

    /// A place that a page said.
    public init(queue: String, level: Int, time: String?, id: Int64) {
        self.queue = queue
        self.level = level
        self.time = time
        self.id = id
    }
}

/// Tasks that fit, one after another.
public struct TaskPage: Sendable, Hashable {
    /// A task with as much of its texts as a list shows.
    public struct Entry: Sendable, Hashable {
        /// The task. Its payload is the beginning of it, 200 characters at most, or nil if it is very long or may not be
        /// read; of its failure there are the SQLSTATE, the beginning of the message, and the time.
        public var task: QueuedTask
        /// Whether there is more of the payload.
        public var isPayloadCut: Bool
    }

    /// So many tasks are looked at for a page, where some may not fit.
    public static let mostLookedAt = 2_000

    /// In the order of `Deployment.tasks`; those that are searched for, by number.
    public var entries: [Entry]
    /// Where to go on; nil at the end.
    public var next: TaskPosition?
    /// Whether it ended before it was full because it had looked at as many tasks as a page may: more may fit.
    public var isCut: Bool
    /// Whether the role may read payloads and keys.
    public var showsPayloads: Bool
}

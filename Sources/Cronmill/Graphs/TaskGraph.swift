/// Tasks that wait for each other, at one moment.
public struct TaskGraph: Sendable, Hashable {
    /// How it stands.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// It goes on.
        case active
        /// It goes on, but for those that wait for a dead task.
        case held
        /// Every task of it has ended.
        case done
        /// Somebody has canceled it, or its deadline has.
        case canceled
    }

    /// The work database.
    public var database: String
    /// Its number.
    public var id: Int64
    /// What it is called.
    public var name: String?
    /// The queue of those tasks that name none; nil if that is gone.
    public var queue: String?
    /// Whether those that wait for a dead task are canceled, not held.
    public var cancelsOnDead: Bool
    /// How it stands.
    public var state: State
    /// How many tasks are in which state; what is scheduled or retrying is ready here.
    public var counts: [Node.State: Int]
    /// How many of those that wait do so for a dead task.
    public var held: Int
    /// When it was made.
    public var createdAt: ServerTime
    /// When the last of its tasks ended.
    public var endedAt: ServerTime?
    /// After that nothing of it is begun any more.
    public var deadline: ServerTime?
    /// Why those that wait for a task that has ended could not be told; they are tried again each hour.
    public var error: String?

    /// All tasks it has.
    public var total: Int { counts.values.reduce(0, +) }
}

extension TaskGraph {
    /// A task of a graph.
    public struct Node: Sendable, Hashable {
        /// How it stands. That a slot is doing it cannot be seen from outside: it is ready then.
        public enum State: String, Sendable, Hashable, CaseIterable {
            /// For others to end.
            case waiting
            /// It is in its queue.
            case ready
            /// It is in its queue, for later.
            case scheduled
            /// It is in its queue, for later, because it failed.
            case retrying
            /// It is done.
            case done
            /// It used up its attempts.
            case dead
            /// What it waited for ended otherwise.
            case skipped
            /// Somebody has canceled it, or what it waited for.
            case canceled

            /// Whether those that wait for it may still hear of it.
            public var isOpen: Bool { [.waiting, .ready, .scheduled, .retrying].contains(self) }
        }

        /// Which end of another task it waits for.
        public struct Edge: Sendable, Hashable {
            /// The number of the other.
            public var parent: Int64
            /// `done`, `dead` or `any`.
            public var wanted: String
        }

        /// The number of the task.
        public var id: Int64
        /// What the graph calls it.
        public var ref: String?
        /// Its queue; nil if that is gone.
        public var queue: String?
        /// How it stands.
        public var state: State
        /// Whether one of those it waits for is enough.
        public var waitsForOne: Bool
        /// How long it was in its queue, and done; until now if it is. Nil of one that waits, or is scheduled.
        public var duration: Duration?
        /// When it was put into its queue.
        public var readyAt: ServerTime?
        /// When it ended.
        public var endedAt: ServerTime?
        /// What it waits for, or did.
        public var edges: [Edge]

        /// What people know it by.
        public var title: String { ref ?? String(id) }
    }
}

/// What applies to a graph as a whole.
public struct GraphOptions: Sendable, Hashable {
    /// What people call it.
    public var name: String?
    /// Whether those that wait for a dead task are canceled, not held.
    public var cancelsOnDead = false
    /// After that nothing of it is begun any more, as PostgreSQL reads it.
    public var deadline: String?

    /// Without a name and a deadline; a dead task holds what waits for it.
    public init() {}
}

/// What became of a graph that was canceled.
public struct CanceledGraph: Sendable, Hashable {
    /// Tasks that were canceled.
    public var canceled: Int
    /// Tasks that are being done, and left alone.
    public var running: Int
}

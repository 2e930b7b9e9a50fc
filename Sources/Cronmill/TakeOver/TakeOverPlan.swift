internal import Postgres

/// What a take-over would do, in its order.
public struct TakeOverPlan: Sendable {
    /// A table whose rows are moved.
    public struct Table: Sendable {
        let takeOver: TakeOver
        let types: TakenTable
        /// Rows that wait in it now.
        public let rows: Int
        /// Of those, with a priority above 9, which becomes 9.
        public let above: Int
        /// Of those, with a priority below 0, which becomes 0.
        public let below: Int

        /// The table, quoted and schema-qualified.
        public var name: String { takeOver.table }
        /// The queue its rows go to.
        public var queue: String { takeOver.queue }
    }

    /// Installs what is missing, and makes queues and processors, disabled.
    var setup = Plan()
    /// Notes the take-overs, with the old jobs as they were, before any of those is touched.
    var remember = Plan()
    /// Queues whose fragments are tried before anything moves.
    var tried: [String] = []
    /// Names in PartitionCache's configuration whose take-over has not begun before.
    var begun: [String] = []
    /// Attaches a trigger each.
    var attach: [Plan] = []
    /// Keeps jobs of the old processor from starting again.
    var quiesce = Plan()
    /// Those jobs.
    var oldJobs: [OldJob] = []
    /// How long a run of theirs may take.
    var oldTimeout = Duration.zero
    /// Disables the old processor and unschedules its jobs.
    var retire = Plan()
    /// Enables the new ones.
    var enable = Plan()
    /// What has no equivalent, and what else the reader ought to know.
    public internal(set) var remarks: [String] = []
    /// The tables whose rows are moved.
    public internal(set) var tables: [Table] = []

    let database: String

    /// Everything as one plan, to be printed: all rows of a table in one transaction, and nothing waited for.
    public var plan: Plan {
        var plan = setup
        plan.append(remember)
        plan.append(quiesce)
        for part in attach { plan.append(part) }
        plan.append(retire)
        for table in tables {
            plan.add(
                "move the rows of table \(table.name) to queue \(table.queue)",
                in: database,
                commits: true,
                table.takeOver.moves(table.types, limit: nil, after: nil)
            )
        }
        plan.append(enable)
        plan.append(finish)
        return plan
    }

    /// The last thing: a take-over that was cut off before its processor was enabled is not finished.
    var finish: Plan {
        var plan = Plan()
        guard !tables.isEmpty else { return plan }
        plan.add(
            "note that it is done",
            in: database,
            statements: tables.map {
                "update cronmill.adoption set finished_at = clock_timestamp() where table_name = \($0.name)"
            }
        )
        return plan
    }

    /// Whether there is nothing to do.
    public var isEmpty: Bool { tables.isEmpty }
}

/// A job of pg_cron that belongs to the old processor.
struct OldJob: Sendable, Hashable {
    var id: Int
    var name: String
    var role: String
    var schedule: String
    var command: String
    var isActive: Bool
}

/// What became of a table's rows.
public struct TakeOverResult: Sendable, Hashable {
    /// The table, quoted and schema-qualified.
    public var table: String
    /// The queue.
    public var queue: String
    /// Rows that were moved.
    public var moved = 0
    /// Rows, or tasks on the way back, that were left where they are: others have locked them, or they cannot be taken.
    public var left = 0
    /// Of those, rows that nobody has locked: their payload is no JSON, or a task waits with their key.
    public var unfit = 0
    /// What else to know.
    public var remark: String?
}

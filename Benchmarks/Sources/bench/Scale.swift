/// How much is measured.
struct Scale: Sendable {
    let isQuick: Bool
    let rounds: Int
    /// Work databases with a processor that sleeps.
    let sleepers: Int
    /// Work databases that the console looks at, and for how many minutes.
    let consoleDatabases: Int
    let consoleMinutes: Int

    init(isQuick: Bool, rounds: Int?, databases: Int?, minutes: Int?) {
        self.isQuick = isQuick
        self.rounds = rounds ?? (isQuick ? 1 : 5)
        sleepers = databases ?? (isQuick ? 30 : 300)
        consoleDatabases = databases ?? (isQuick ? 20 : 200)
        consoleMinutes = minutes ?? (isQuick ? 1 : 10)
    }

    /// Tasks of a drain.
    var tasks: Int { isQuick ? 100_000 : 300_000 }
    /// Tasks of the long queue.
    var manyTasks: Int { isQuick ? 500_000 : 3_000_000 }
    /// Tasks for those that do some hundreds a second.
    var fewTasks: Int { isQuick ? 500 : 3_000 }
    /// Dead index entries ahead of the first live task.
    var deadTasks: Int { isQuick ? 500_000 : 5_000_000 }
    /// Lines of the file that is enqueued.
    var lines: Int { isQuick ? 100_000 : 500_000 }
    /// Waiting tasks at which the claim is explained.
    var waiting: [Int] { isQuick ? [1_000, 100_000] : [1_000, 100_000, 1_000_000] }
    /// Tagged tasks that are searched, and how many come and go afterwards.
    var taggedTasks: Int { isQuick ? 100_000 : 1_000_000 }
    var churnedTasks: Int { isQuick ? 200_000 : 10_000_000 }
    /// Waiting tasks, queues of one database, and databases with the most of these, to see what grows with what.
    var grownTasks: [Int] { isQuick ? [10_000, 100_000] : [10_000, 1_000_000, 10_000_000] }
    var grownQueues: [Int] { isQuick ? [10, 30] : [10, 100, 1_000] }
    var grownDatabases: Int { isQuick ? 2 : 5 }
    /// Recurring templates that are not due, those that are due at once, and how often.
    var idleTemplates: Int { isQuick ? 1_000 : 10_000 }
    var dueTemplates: Int { isQuick ? 100 : 1_000 }
    var ticks: Int { isQuick ? 1 : 5 }
    var latencySeconds: Int { isQuick ? 20 : 60 }
    /// Tasks that each come after ten seconds without one.
    var rests: Int { isQuick ? 3 : 30 }
    var idleSeconds: Int { isQuick ? 15 : 60 }
    /// Work databases that are reported on.
    var reportedDatabases: Int { isQuick ? 20 : 200 }
    /// Rows of pg_cron's history that reports have to cope with.
    var historyRows: Int { isQuick ? 200_000 : 5_000_000 }
    /// How often a report is timed.
    var reportRounds: Int { max(rounds, 5) }
    /// Seconds for which processors that sleep are left alone.
    var restSeconds: Int { isQuick ? 30 : 300 }
    var wakeSeconds: Int { isQuick ? 40 : 150 }
    /// Ticks of pg_cron across which one processor among those that sleep has tasks.
    var hotTicks: Int { isQuick ? 1 : 5 }
    var outageSeconds: Int { isQuick ? 20 : 60 }
    var overloadSeconds: Int { isQuick ? 60 : 600 }
    /// Work databases that want more than there is, and the budget they share.
    var overloaded: Int { min(sleepers, isQuick ? 20 : 200) }
    var overloadBudget: Int { isQuick ? 3 : 12 }
    /// Transactions of a round of pgbench.
    var enqueues: Int { isQuick ? 2_000 : 20_000 }
}

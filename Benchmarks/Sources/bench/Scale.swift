/// How much is measured.
struct Scale: Sendable {
    let isQuick: Bool
    let rounds: Int

    init(isQuick: Bool, rounds: Int?) {
        self.isQuick = isQuick
        self.rounds = rounds ?? (isQuick ? 1 : 5)
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
    var latencySeconds: Int { isQuick ? 20 : 60 }
    var idleSeconds: Int { isQuick ? 15 : 60 }
    /// Work databases that are reported on.
    var reportedDatabases: Int { isQuick ? 20 : 200 }
    /// Rows of pg_cron's history that reports have to cope with.
    var historyRows: Int { isQuick ? 200_000 : 5_000_000 }
    /// How often a report is timed.
    var reportRounds: Int { max(rounds, 5) }
}

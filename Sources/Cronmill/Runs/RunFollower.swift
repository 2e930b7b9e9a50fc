/// Tells which runs are new or have changed since they were last seen.
struct RunFollower: Sendable {
    private let statuses: Set<Run.Status>?
    /// Runs that may change, by number, as last seen.
    private var open: [Int64: Run.Status]
    private var newest: Int64

    /// Begins with what there is.
    ///
    /// - Parameters:
    ///   - newest: the highest runid.
    ///   - open: the runs up to it that go on.
    ///   - statuses: only runs that are or become one of these are told of; nil is any.
    init(newest: Int64, open: [Run], statuses: Set<Run.Status>?) {
        self.newest = newest
        self.open = Dictionary(open.map { ($0.runid, $0.status) }) { $1 }
        self.statuses = statuses
    }

    /// Above which runid it has to be looked.
    var aboveRunid: Int64 { min(newest, (open.keys.min() ?? .max) - 1) }

    /// Takes runs as they are now, and gives those among them that are new or changed, and wanted.
    mutating func take(_ runs: [Run]) -> [Run] {
        let seen = newest
        return runs.filter { run in
            let before = open[run.runid]
            guard run.runid > seen || before != nil else { return false }
            newest = max(newest, run.runid)
            // pg_cron may not have noted the end yet of what is gone: it is looked at once more.
            let isOver = [.succeeded, .failed, .stopped].contains(run.status) || (before, run.status) == (.gone, .gone)
            open[run.runid] = isOver ? nil : run.status
            return before != run.status && statuses?.contains(run.status) ?? true
        }
    }
}

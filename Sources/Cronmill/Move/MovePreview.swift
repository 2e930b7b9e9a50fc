/// What a move would do and what is in its way, found by looking only.
public struct MovePreview: Sendable, Hashable {
    /// A job of the old database.
    public struct Job: Sendable, Hashable {
        /// Its number, which it keeps.
        public let jobid: Int64
        /// Its name, if it has one.
        public let name: String?
        /// Its schedule.
        public let schedule: String
        /// Its command, exactly.
        public let command: String
        /// The database it runs in.
        public let database: String
        /// The role it belongs to and runs as.
        public let role: String
        /// Whether it is active.
        public let isActive: Bool
        /// `work#1` for a slot of a processor, `watch` for a housekeeper; nil for a job of somebody else.
        public let processor: String?
        /// What becomes of it.
        public let fate: String
        /// What will not work there, or does not work here; sentences without full stop.
        public let remarks: [String]
    }

    /// Something that is in the way.
    public struct Obstacle: Sendable, Hashable {
        /// What it is, a sentence without full stop.
        public let text: String
        /// The SQL, or the line of a file, that puts it right; nil if it is for the user to decide.
        public let remedy: String?
        /// Where to say it.
        public let database: String
    }

    /// The database that pg_cron leaves.
    public let oldDatabase: String
    /// The database that it goes to.
    public let newDatabase: String
    /// Why there is nothing to move, if there is not.
    public internal(set) var nothingToMove: String?
    /// Every job that can be seen, by number.
    public internal(set) var jobs: [Job] = []
    /// What has to be put right before.
    public internal(set) var obstacles: [Obstacle] = []
    /// What else to know: what changes, what is carried, what cannot be taken back.
    public internal(set) var remarks: [String] = []
    /// Registered work databases, which are led to the new registry.
    public internal(set) var workDatabases: [String] = []
    /// Rows of the run history.
    public internal(set) var historyRows = 0
    /// Size of the run history with its indexes, in bytes.
    public internal(set) var historyBytes = 0
    /// Runs that go at this moment.
    public internal(set) var runningRuns = 0
    /// How long the oldest of them has been going.
    public internal(set) var oldestRun: Duration?

    /// How long no job is started, in words.
    public var pause: String {
        var text = "runs that go are waited for"
        if let oldestRun, runningRuns > 0 {
            text += " (now \(runningRuns.counted("run")), the oldest for \(oldestRun.shortText))"
        }
        return text + ", at least 3 s; then the restart, and about a second"
    }

    /// - Throws: `CronmillError` with the first obstacle.
    func check() throws {
        guard let first = obstacles.first else { return }
        let others = obstacles.dropFirst().map(\.text)
        throw CronmillError(
            .failed,
            first.text,
            detail: others.isEmpty ? nil : "And: \(others.joined(separator: "; ")).",
            hint: first.remedy.map { "In database \(first.database), as a superuser: \($0)" },
            database: first.database
        )
    }
}

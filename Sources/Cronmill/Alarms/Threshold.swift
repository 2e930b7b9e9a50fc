/// From which measure on something is an alarm, or how long history is kept.
public enum Threshold: String, Sendable, Hashable, CaseIterable {
    /// Time for which the oldest ready task waits longer than the schedule means.
    case behind
    /// Percentage of the attempts of the last quarter of an hour that failed, if three or more did.
    case failing
    /// Number of dead tasks.
    case dead
    /// Time past the time at which a run was due, while none has started.
    case overdue
    /// Time for which a work database does not tell how its processors are, though their runs go. Not of one processor.
    case silent
    /// Number of rows in pg_cron's history. Of the server.
    case history
    /// Time by which a standby lags behind. Of the server.
    case replica
    /// Age at which runs are removed from the history.
    case historyAge = "history_age"
    /// Number of newest runs of a processor that are kept in the history.
    case historyRuns = "history_runs"
}

extension Threshold {
    /// Those of alarms, in order.
    public static let ofAlarms: [Threshold] = [.behind, .failing, .dead, .overdue, .silent, .history, .replica]

    /// Whether it is a time; else it is a number.
    public var isDuration: Bool {
        switch self {
        case .behind, .overdue, .silent, .replica, .historyAge: true
        case .failing, .dead, .history, .historyRuns: false
        }
    }
}

/// What a threshold is set to.
public enum ThresholdValue: Sendable, Hashable {
    /// A time.
    case duration(Duration)
    /// A number.
    case count(Int)
    /// No alarm, or no end.
    case off
}

/// The thresholds that are set for one database or processor, or for all.
public struct ThresholdSet: Sendable, Hashable {
    /// The work database; nil where they hold for all.
    public var database: String?
    /// The processor; nil where they hold for all of the database.
    public var processor: String?
    /// What is set there.
    public var values: [Threshold: ThresholdValue]
}

/// How a processor is doing, in a word.
///
/// Of those that are true of a processor it gets the first, in the order of the cases: what comes first explains what
/// comes after, or makes it unimportant. A processor whose halves differ is not what it says, so nothing else said of it
/// can be trusted; what a person switched off is not late; where no run starts, tasks neither fail nor get done.
///
/// The limits are those of the registry's thresholds of alarms.
public enum Verdict: String, Sendable, Hashable, CaseIterable {
    /// Its settings, the registry and `cron.job` differ: `cronmill sync`.
    case drifted
    /// A person switched it off.
    case disabled
    /// A command paused it to let its runs end, and has not come to its own end: it waits, or was killed.
    case interrupted
    /// A person paused it.
    case paused
    /// No run began though one was due; or one was due and pg_cron is seen to start nothing.
    case overdue
    /// Of the attempts of the last quarter of an hour, or of the runs of the last hour, too many failed; or each of its
    /// last three runs, or of as many as it has slots.
    case failing
    /// A ready task waits for too long since a run was due to take it.
    case behind
    /// Tasks of graphs wait for dead ones: somebody has to redrive or purge these.
    case held
    /// It has been woken, and waits for a place in pg_cron (slots on demand).
    case waiting
    /// Its slots have given their place back; a task, or its time, wakes it (slots on demand).
    case asleep
    /// Nothing is seen to be wrong, but its jobs and runs cannot be seen.
    case unknown
    /// It has work, or did some in the last hour.
    case ok
    /// It has nothing to do.
    case idle

    /// Whether a person need not look: all is well, or switched off by a person.
    public var isFine: Bool {
        switch self {
        case .ok, .idle, .disabled, .paused, .waiting, .asleep: true
        case .drifted, .interrupted, .overdue, .failing, .behind, .held, .unknown: false
        }
    }
}

internal import Postgres
internal import struct FoundationEssentials.Date

/// What the work database says of one processor, beside what is shown as it stands.
struct ProcessorState: Sendable {
    var status: ProcessorStatus
    /// Of the slots that do not run, for how long the one has not that has not for longest; nil for never, and if all run.
    let quietFor: Duration?
    /// Attempts of the last quarter of an hour.
    let attemptsOfLate: Int
    /// Those of them that failed.
    let failedOfLate: Int
    let lastError: String?
    /// The command that paused it to let its runs end, and has not come to its own end.
    let pausedFor: String?
    /// Tasks of the last hour that failed in a transaction with others and were done in one of their own.
    let aloneLastHour: Int
    /// Whether each task has a transaction of its own.
    let isAlone: Bool
    /// Why its handler cannot be called at all.
    let handlerFault: String?
    /// By what its database is seen to be a copy of the one Cronmill was installed in; nil in the original.
    let copyDifference: String?
    /// A recurring template of its queue that has disabled itself, or should have been fired long ago.
    let recurringFault: String?
    /// Nodes of graphs that wait for its dead tasks; counted up to 10,001.
    let held: Int
    /// Dead rows of the task table, as far as statistics have them.
    let deadRows: Int
    /// By what the registry judges it.
    let fact: ProcessorFact
}

extension ProcessorState {
    static let columns: SQL = """
        left(s.name, 1000) as name, left(s.queue, 1000) as queue, left(s.run_as, 1000) as run_as, s.enabled, s.paused,
        left(s.paused_for, 1000) as paused_for, s.slots, left(s.schedule, 1000) as schedule, s.running, s.waiting,
        s.ready, s.scheduled, s.retrying, s.dead, s.oldest_ready_seconds,
        s.done_last_hour, s.failed_last_hour, s.attempts_of_late, s.failed_of_late, left(s.last_error, 1000) as last_error, s.dead_rows,
        s.alone_last_hour, s.alone, left(s.handler_fault, 1000) as handler_fault,
        left(s.copy_difference, 1000) as copy_difference, left(s.recurring_fault, 1000) as recurring_fault, s.held,
        extract(epoch from nullif(s.quiet_since, '-infinity'))::double precision as quiet_since,
        s.quiet_since is null as is_never_quiet,
        extract(epoch from clock_timestamp() - nullif(s.quiet_since, '-infinity'))::double precision as quiet_seconds,
        extract(epoch from clock_timestamp())::double precision as of_at,
        extract(epoch from s.oldest_ready_at)::double precision as oldest_ready_at
        """

    /// Names and types of those, in order.
    static let columnTypes: SQL = """
        name text, queue text, run_as text, enabled boolean, paused boolean, paused_for text, slots integer, schedule text,
        running bigint, waiting bigint, ready bigint, scheduled bigint, retrying bigint, dead bigint, oldest_ready_seconds double precision,
        done_last_hour bigint, failed_last_hour bigint, attempts_of_late bigint, failed_of_late bigint, last_error text,
        dead_rows bigint, alone_last_hour bigint, alone boolean, handler_fault text, copy_difference text, recurring_fault text, held bigint, quiet_since double precision, is_never_quiet boolean, quiet_seconds double precision,
        of_at double precision, oldest_ready_at double precision
        """

    init(_ row: Row, database: String) throws {
        quietFor = try row.get("quiet_seconds", as: Duration?.self)
        attemptsOfLate = try row.count("attempts_of_late")
        failedOfLate = try row.count("failed_of_late")
        lastError = try row.get("last_error")
        pausedFor = try row.get("paused_for")
        aloneLastHour = try row.count("alone_last_hour")
        isAlone = try row.get("alone")
        handlerFault = try row.get("handler_fault")
        copyDifference = try row.get("copy_difference")
        recurringFault = try row.get("recurring_fault")
        held = try row.count("held")
        deadRows = try row.count("dead_rows")
        let isNeverQuiet: Bool = try row.get("is_never_quiet")
        fact = ProcessorFact(
            database: database,
            processor: try row.get("name"),
            at: try row.get("of_at"),
            oldestReadyAt: try row.moment("oldest_ready_at"),
            quietSince: isNeverQuiet ? nil : try row.moment("quiet_since") ?? 0,
            failed: failedOfLate,
            attempts: attemptsOfLate
        )
        status = try ProcessorStatus(
            database: database,
            processor: row.get("name"),
            queue: row.get("queue"),
            isEnabled: row.get("enabled"),
            isPaused: row.get("paused"),
            // As processor_slots_in_range has it.
            slots: min(row.count("slots"), 1_000),
            schedule: row.get("schedule"),
            runAs: row.get("run_as"),
            running: row.count("running"),
            waiting: row.count("waiting"),
            ready: row.count("ready"),
            scheduled: row.count("scheduled"),
            retrying: row.count("retrying"),
            dead: row.count("dead"),
            oldestReady: row.get("oldest_ready_seconds", as: Duration?.self),
            doneLastHour: row.count("done_last_hour"),
            failedLastHour: row.count("failed_last_hour")
        )
    }
}

internal import struct FoundationEssentials.Date

/// Finds the verdict of a processor and the sentence that explains it, from what both databases say. What is behind,
/// failing or overdue the registry judges (`cronmill_cron.judged` and `dues`).
struct Judgement {
    let work: ProcessorState
    /// Nil if the registry does not know the processor, or cannot be seen.
    let cron: ProcessorJobs?
    /// Whether the registry's rows of this database may be seen.
    let isVisible: Bool
    /// Nil if the cron database could not be asked.
    let scheduler: Scheduler?
    let capacity: Capacity?

    private var status: ProcessorStatus { work.status }

    /// The first verdict that is true, and why: without full stop.
    var result: (verdict: Verdict, reason: String) {
        if let drift { return (.drifted, drift.reason) }
        if !status.isEnabled { return (.disabled, waiting("its jobs do not run")) }
        if let command = work.pausedFor {
            return (
                .interrupted,
                waiting(
                    "a \(command) that has paused it waits for its runs, or was interrupted: cronmill enable, or \(command)"
                )
            )
        }
        if status.isPaused { return (.paused, waiting("no task is begun until it is resumed")) }
        if isOverdue { return (.overdue, "\(silence): \(cause)") }
        if let failing { return (.failing, failing) }
        if let behind { return (.behind, behind) }
        if let held { return (.held, held) }
        guard cron != nil else { return (.unknown, "its jobs and runs are not visible") }
        if let rest { return rest }
        let isOccupied = status.ready > 0 || status.running > status.waiting
        let hasWorked = status.doneLastHour + status.failedLastHour > 0
        return (isOccupied || hasWorked ? .ok : .idle, activity)
    }

    /// The command that repairs it, where one is known: of a processor that has drifted, or fails for want of a handler.
    var repair: String? {
        if let drift { return drift.repair }
        guard let fault = work.handlerFault, result.verdict == .failing else { return nil }
        let named = "--database \(status.database.shellWord)"
        // As function_fault says that a role may not execute it.
        return fault.hasPrefix("role ")
            ? "cronmill check-permissions \(named)"
            : "cronmill configure \(status.processor.shellWord) \(named) --handler SCHEMA.FUNCTION"
    }

    // MARK: Drifted

    /// Where the registry and `cron.job` differ from the row.
    private var drift: (reason: String, repair: String)? {
        if let difference = work.copyDifference {
            return (
                "its database is a copy, in which nothing runs: \(difference)",
                .adopting(status.database)
            )
        }
        let sync = String.syncing(status.database)
        guard isVisible else { return nil }
        guard let cron else { return ("the registry does not know it", sync) }
        var found = cron.differences
        let isSame =
            (status.isEnabled, status.slots, status.schedule, status.runAs)
            == (cron.isEnabled, cron.slots, cron.schedule, cron.runAs)
        if !isSame { found.insert(("its settings are not those that the registry has", nil), at: 0) }
        guard let first = found.first else { return nil }
        let reason = found.count == 1 ? first.text : "\(first.text) (and \(found.count - 1) more)"
        return (reason, found.lazy.compactMap(\.command).first ?? sync)
    }

    private func waiting(_ text: String) -> String {
        status.ready == 0 ? text : "\(text); \(Self.tasks(status.ready)) ready"
    }

    // MARK: Overdue

    private var isOverdue: Bool {
        guard let cron, let scheduler else { return false }
        // Where pg_cron is seen to start nothing there is nothing to wait for.
        return cron.isOverdue || scheduler.obstacle != nil && cron.isLate
    }

    private var silence: String {
        let time = work.quietFor.map { "no run for \($0.shortText)" } ?? "no run yet"
        return status.slots > 1 && status.running > 0
            ? "\(time) of \(status.slots - status.running) of its \(status.slots) slots" : time
    }

    /// Why no run began: what is seen, or that nothing is.
    private var cause: String {
        if let obstacle = scheduler?.obstacle { return obstacle }
        if let going = cron?.going {
            let since = going.since.map { " of \($0.text)" } ?? ""
            return going.state == "idle"
                ? "its run\(since) has ended, and pg_cron has not noticed (process \(going.pid) is idle)"
                : "its run\(since) still goes (process \(going.pid), \(going.state))"
        }
        if let lastRun = cron?.lastRun, lastRun.status == "failed" {
            return lastRun.message == "connection failed"
                ? "pg_cron could not log in (connection failed)"
                : "its last run failed: \(lastRun.message?.firstLine ?? "no message")"
        }
        if let limit = capacity?.maxRunningJobs, let going = scheduler?.runsGoing, going >= limit {
            return "pg_cron has no free slot: \(going) runs go, cron.max_running_jobs is \(limit)"
        }
        if let limit = capacity?.maxRunningJobs, let needed = capacity?.needed, needed > limit {
            return "\(needed) jobs are active and pg_cron can run \(limit) at once"
        }
        if let age = scheduler?.launcherAge, let started = scheduler?.launcherStartedAt,
            let due = cron?.lateSince, started > due || age < .seconds(5)
        {
            return "pg_cron's launcher started only \(age.shortText) ago"
        }
        return "why cannot be seen from here; the server's log may say it"
    }

    // MARK: Failing, behind

    private var failing: String? {
        if let fault = work.handlerFault { return "\(fault); its tasks wait" }
        guard let cron else { return nil }
        if cron.isFailing {
            return
                "\(work.failedOfLate.grouped) of \(work.attemptsOfLate.grouped) attempts of the last 15 minutes failed"
                + (work.lastError.map { "; the last: \($0.firstLine)" } ?? "")
        }
        if cron.areRunsFailing {
            return "\(cron.failuresLastHour) of \(cron.runsLastHour) runs of the last hour failed; "
                + "the last: \(cron.lastRun?.message?.firstLine ?? "no message")"
        }
        return nil
    }

    private var behind: String? {
        guard cron?.isBehind == true else { return nil }
        let age = status.oldestReady.map { " for \($0.shortText)" } ?? ""
        return "its oldest ready task waits\(age); \(Self.tasks(status.ready)) ready, "
            + "\(Self.tasks(status.doneLastHour)) done in the last hour" + lastFailure
    }

    private var held: String? {
        guard work.held > 0 else { return nil }
        let number = work.held > 10_000 ? "more than 10,000 tasks" : Self.tasks(work.held)
        return "\(number) of graphs \(work.held == 1 ? "waits" : "wait") for dead ones: "
            + "cronmill graph list --database \(status.database.shellWord)" + lastFailure
    }

    /// That its last run failed, for a verdict that would hide it.
    private var lastFailure: String {
        guard let lastRun = cron?.lastRun, lastRun.status == "failed" else { return "" }
        return "; its last run failed: \(lastRun.message?.firstLine ?? "no message")"
    }

    // MARK: Asleep

    private var rest: (verdict: Verdict, reason: String)? {
        guard let rest = cron?.rest else { return nil }
        let time = rest.duration.shortText
        switch rest.state {
        case "asleep":
            let wake =
                if status.schedule != "* * * * *" {
                    "its schedule wakes it"
                } else {
                    status.nextDue == nil ? "a task wakes it" : "a task wakes it, or its time"
                }
            return (.asleep, "asleep for \(time); \(wake)")
        case "wanted":
            let line = rest.place.map { $0 == 1 ? ", it is next" : ", \($0 - 1) before it" } ?? ""
            return (.waiting, "waits for a place in pg_cron for \(time)\(line)")
        case "granted":
            return (.waiting, "has a place in pg_cron for \(time), and is being started")
        default:
            return nil
        }
    }

    // MARK: Well

    private var activity: String {
        var parts: [String] = []
        if status.doneLastHour + status.failedLastHour > 0 {
            let failed = status.failedLastHour > 0 ? ", \(status.failedLastHour.grouped) attempts failed" : ""
            parts.append("\(Self.tasks(status.doneLastHour)) done in the last hour\(failed)")
        } else {
            parts.append("no task done in the last hour")
        }
        let working = status.running - status.waiting
        if working > 0 { parts.append("\(Self.slots(working)) at work") }
        if status.waiting > 0 { parts.append("\(Self.slots(status.waiting)) waiting for tasks") }
        if status.running == 0, let lastRun = cron?.lastRun {
            let message = lastRun.status == "failed" ? lastRun.message.map { ": \($0.firstLine)" } ?? "" : ""
            parts.append("last run \(lastRun.status)\(lastRun.age.map { " \($0.shortText) ago" } ?? "")\(message)")
        }
        if work.aloneLastHour >= Self.manyAlone, !work.isAlone {
            let remedy =
                "cronmill configure \(status.processor.shellWord) --database \(status.database.shellWord) --alone on"
            parts.append(
                "\(Self.tasks(work.aloneLastHour)) failed beside others and were done alone "
                    + "(if its handler needs that: \(remedy))"
            )
        }
        return parts.joined(separator: "; ")
    }

    /// From so many on it is said.
    private static let manyAlone = 10

    private static func tasks(_ count: Int) -> String {
        count > ProcessorStatus.exactUpTo ? "more than 100,000 tasks" : count == 1 ? "1 task" : "\(count.grouped) tasks"
    }

    private static func slots(_ count: Int) -> String { count == 1 ? "1 slot" : "\(count) slots" }
}

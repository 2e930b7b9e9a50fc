import FoundationEssentials
import Postgres
import Testing

@testable import Cronmill

/// What is made of what both databases say of a processor, without a server.
@Suite("Judgement")
struct JudgementTests {
    /// Minutes after some moment.
    private static func at(_ minute: Double) -> Date { Date(timeIntervalSince1970: 1_800_000_000 + 60 * minute) }

    private struct Facts {
        var isEnabled = true
        var isPaused = false
        var slots = 2
        var running = 0
        var waiting = 0
        var ready = 0
        var oldestReady: Duration?
        var pausedFor: String?
        var quietFor: Duration? = .seconds(60)
        var attempts = 0
        var failed = 0
        var done = 0
        var differences: [(text: String, command: String?)] = []
        var copyDifference: String?
        var lastRun: ProcessorStatus.LastRun?
        var going: ProcessorJobs.Going?
        var obstacle: String?
        var runsGoing = 0
        var launcherStartedAt: Date = at(-100)
        var (isLate, isOverdue, isBehind, isFailing, areRunsFailing) = (true, false, false, false, false)
        var needed = 4
        var isVisible = true
        var alone = 0
        var handlerFault: String?
        var held = 0
        var rest: ProcessorJobs.Rest?

        /// It is minute 60.
        var judgement: Judgement {
            let status = ProcessorStatus(
                database: "shop",
                processor: "emails",
                queue: "emails",
                isEnabled: isEnabled,
                isPaused: isPaused,
                slots: slots,
                schedule: "* * * * *",
                runAs: "runner",
                running: running,
                waiting: waiting,
                ready: ready,
                scheduled: 0,
                retrying: 0,
                dead: 0,
                oldestReady: oldestReady,
                doneLastHour: done,
                failedLastHour: failed
            )
            let work = ProcessorState(
                status: status,
                quietFor: quietFor,
                attemptsOfLate: attempts,
                failedOfLate: failed,
                lastError: failed > 0 ? "no such address\nat all" : nil,
                pausedFor: pausedFor,
                aloneLastHour: alone,
                isAlone: false,
                handlerFault: handlerFault,
                copyDifference: copyDifference,
                recurringFault: nil,
                held: held,
                deadRows: 0,
                fact: ProcessorFact(
                    database: "shop",
                    processor: "emails",
                    at: 0,
                    oldestReadyAt: nil,
                    quietSince: nil,
                    failed: failed,
                    attempts: attempts
                )
            )
            let cron = ProcessorJobs(
                jobs: slots,
                activeJobs: slots,
                lastRun: lastRun,
                runsLastHour: 10,
                failuresLastHour: lastRun?.status == "failed" ? 6 : 0,
                isEnabled: isEnabled,
                slots: slots,
                schedule: "* * * * *",
                runAs: "runner",
                going: going,
                nextDue: nil,
                lateSince: at(55),
                isLate: isLate,
                isOverdue: isOverdue,
                isBehind: isBehind,
                isFailing: isFailing,
                areRunsFailing: areRunsFailing,
                rest: rest,
                differences: differences
            )
            let scheduler = Scheduler(
                zone: "GMT",
                zoneIsAssumed: false,
                obstacle: obstacle,
                today: "2027-01-15",
                keepsHistory: true,
                launcherStartedAt: launcherStartedAt,
                launcherAge: .seconds(at(60).timeIntervalSince(launcherStartedAt)),
                runsGoing: runsGoing
            )
            let capacity = Capacity(
                maxRunningJobs: 5,
                slots: 2,
                housekeepers: 2,
                others: 0,
                needed: needed,
                hangsAbove: true
            )
            return Judgement(
                work: work,
                cron: isVisible ? cron : nil,
                isVisible: isVisible,
                scheduler: isVisible ? scheduler : nil,
                capacity: isVisible ? capacity : nil
            )
        }
    }

    private func judge(_ change: (inout Facts) -> Void) -> String {
        var facts = Facts()
        change(&facts)
        let (verdict, reason) = facts.judgement.result
        return "\(verdict.rawValue): \(reason)"
    }

    private func run(_ status: String, _ message: String?) -> ProcessorStatus.LastRun {
        ProcessorStatus.LastRun(status: status, message: message, startedAt: nil, age: .seconds(70), duration: nil)
    }

    @Test("one that is well says what it does")
    func well() {
        #expect(judge { _ in } == "idle: no task done in the last hour")
        #expect(
            judge { $0.lastRun = run("succeeded", "CALL") }
                == "idle: no task done in the last hour; last run succeeded 1m 10s ago"
        )
        #expect(
            judge { $0.lastRun = run("failed", "ERROR:  no\nDETAIL:  none") }
                == "idle: no task done in the last hour; last run failed 1m 10s ago: ERROR:  no"
        )
        #expect(
            judge { ($0.running, $0.waiting) = (2, 2) }
                == "idle: no task done in the last hour; 2 slots waiting for tasks"
        )
        #expect(
            judge { ($0.running, $0.waiting, $0.done, $0.failed, $0.attempts) = (2, 1, 1234, 2, 1236) }
                == "ok: 1,234 tasks done in the last hour, 2 attempts failed; 1 slot at work; 1 slot waiting for tasks"
        )
        #expect(judge { $0.ready = 1 } == "ok: no task done in the last hour")
        #expect(
            judge { ($0.done, $0.alone) = (100, 30) }
                == "ok: 100 tasks done in the last hour; 30 tasks failed beside others and were done alone "
                + "(if its handler needs that: cronmill configure emails --database shop --alone on)"
        )
        #expect(judge { ($0.done, $0.alone) = (100, 9) } == "ok: 100 tasks done in the last hour")
    }

    @Test("one that sleeps says since when, one that was woken how many are before it")
    func rest() {
        let rest = { (state: String, place: Int?) -> ProcessorJobs.Rest? in
            ProcessorJobs.Rest(state: state, duration: .seconds(90), place: place)
        }
        #expect(judge { $0.rest = rest("asleep", nil) } == "asleep: asleep for 1m 30s; a task wakes it")
        #expect(
            judge { ($0.rest, $0.ready) = (rest("wanted", 1), 3) }
                == "waiting: waits for a place in pg_cron for 1m 30s, it is next"
        )
        #expect(
            judge { $0.rest = rest("wanted", 4) } == "waiting: waits for a place in pg_cron for 1m 30s, 3 before it"
        )
        #expect(
            judge { $0.rest = rest("granted", nil) }
                == "waiting: has a place in pg_cron for 1m 30s, and is being started"
        )
        #expect(judge { $0.rest = rest("awake", nil) } == "idle: no task done in the last hour")
        #expect(judge { ($0.rest, $0.isPaused) = (rest("asleep", nil), true) }.hasPrefix("paused: "))
        #expect(
            judge { ($0.rest, $0.isBehind, $0.oldestReady, $0.ready) = (rest("wanted", 1), true, .seconds(600), 7) }
                .hasPrefix("behind: ")
        )
    }

    @Test("one whose dead tasks hold others says how many, and where to look")
    func held() {
        #expect(
            judge { $0.held = 1 } == "held: 1 task of graphs waits for dead ones: cronmill graph list --database shop"
        )
        #expect(
            judge { ($0.held, $0.done) = (10_001, 5) }
                == "held: more than 10,000 tasks of graphs wait for dead ones: cronmill graph list --database shop"
        )
        #expect(judge { ($0.held, $0.isBehind) = (1, true) }.hasPrefix("behind: "))
        // It hides no failure.
        #expect(
            judge { ($0.held, $0.lastRun) = (1, run("failed", "ERROR:  no\nDETAIL:  none")) }
                == "held: 1 task of graphs waits for dead ones: cronmill graph list --database shop; "
                + "its last run failed: ERROR:  no"
        )
        #expect(
            judge { ($0.held, $0.lastRun, $0.areRunsFailing) = (1, run("failed", "no"), true) }.hasPrefix("failing: ")
        )
    }

    @Test("a handler that cannot be called is failing, whatever was done before")
    func handlerFault() {
        #expect(
            judge { ($0.done, $0.handlerFault) = (100, "handler app.work(jsonb) does not exist in database \"shop\"") }
                == "failing: handler app.work(jsonb) does not exist in database \"shop\"; its tasks wait"
        )
    }

    @Test("one that has drifted is repaired by sync, or by what else repairs it")
    func repair() {
        let repair = { (change: (inout Facts) -> Void) in
            var facts = Facts()
            change(&facts)
            return facts.judgement.repair
        }
        #expect(repair { _ in } == nil)
        let missing = "cronmill configure emails --database shop --handler SCHEMA.FUNCTION"
        #expect(repair { $0.handlerFault = "handler app.work(jsonb) does not exist" } == missing)
        let refused = "cronmill check-permissions --database shop"
        #expect(repair { $0.handlerFault = "role \"runner\" may not execute handler app.work(jsonb)" } == refused)
        #expect(repair { $0.differences = [("has no job", nil)] } == "cronmill sync --database shop")
        let other = "cronmill configure emails --database shop --run-as ROLE"
        #expect(repair { $0.differences = [("job 7 is gone", nil), ("has no job", other)] } == other)
        #expect(
            repair { ($0.copyDifference, $0.isVisible) = ("its oid is another one", false) }
                == "cronmill sync --adopt --database shop"
        )
        #expect(
            judge { ($0.copyDifference, $0.isEnabled) = ("its oid is another one", false) }
                == "drifted: its database is a copy, in which nothing runs: its oid is another one"
        )
    }

    @Test("of several verdicts the first is given")
    func precedence() {
        let all: (inout Facts) -> Void = { facts in
            (facts.isEnabled, facts.isPaused, facts.quietFor) = (false, true, .seconds(59 * 60))
            (facts.attempts, facts.failed, facts.ready, facts.oldestReady) = (3, 3, 7, .seconds(58 * 60))
            (facts.isOverdue, facts.isFailing, facts.isBehind) = (true, true, true)
            facts.differences = [("has no job", nil), ("job 7 has no slot of a processor", nil)]
        }
        #expect(judge(all) == "drifted: has no job (and 1 more)")
        #expect(
            judge {
                all(&$0); $0.differences = []
            } == "disabled: its jobs do not run; 7 tasks ready"
        )
        #expect(
            judge {
                all(&$0); ($0.differences, $0.isEnabled) = ([], true)
            }
                == "paused: no task is begun until it is resumed; 7 tasks ready"
        )
        #expect(
            judge {
                all(&$0); ($0.differences, $0.isEnabled, $0.isPaused) = ([], true, false)
            }
                == "overdue: no run for 59m: why cannot be seen from here; the server's log may say it"
        )
        #expect(
            judge {
                all(&$0); ($0.differences, $0.isEnabled, $0.isPaused, $0.isOverdue) = ([], true, false, false)
            }
                == "failing: 3 of 3 attempts of the last 15 minutes failed; the last: no such address"
        )
        #expect(
            judge { ($0.isBehind, $0.oldestReady, $0.ready, $0.done) = (true, .seconds(600), 7, 1) }
                == "behind: its oldest ready task waits for 10m; 7 tasks ready, 1 task done in the last hour"
        )
        #expect(judge { ($0.oldestReady, $0.ready) = (.seconds(600), 7) } == "ok: no task done in the last hour")
        #expect(judge { $0.isVisible = false } == "unknown: its jobs and runs are not visible")
        #expect(judge { ($0.isVisible, $0.isEnabled) = (false, false) } == "disabled: its jobs do not run")
    }

    @Test("the cause of no run is what is seen")
    func causes() {
        func cause(_ change: (inout Facts) -> Void) -> String {
            judge { facts in
                (facts.isOverdue, facts.quietFor) = (true, .seconds(50 * 60))
                change(&facts)
            }
            .replacing("overdue: no run for 50m: ", with: "")
        }
        #expect(cause { $0.obstacle = "cron.launch_active_jobs is off" } == "cron.launch_active_jobs is off")
        let since = ServerTime(date: Self.at(10), text: "2027-01-15 08:10:00", zone: "UTC")
        #expect(
            cause { $0.going = .init(pid: 7, since: since, state: "active") }
                == "its run of 2027-01-15 08:10:00 still goes (process 7, active)"
        )
        #expect(
            cause { $0.going = .init(pid: 7, since: since, state: "idle") }
                == "its run of 2027-01-15 08:10:00 has ended, and pg_cron has not noticed (process 7 is idle)"
        )
        #expect(
            cause { $0.lastRun = run("failed", "connection failed") } == "pg_cron could not log in (connection failed)"
        )
        #expect(
            cause { $0.lastRun = run("failed", "ERROR:  no\nDETAIL:  none") } == "its last run failed: ERROR:  no"
        )
        #expect(
            cause { $0.runsGoing = 5 } == "pg_cron has no free slot: 5 runs go, cron.max_running_jobs is 5"
        )
        #expect(cause { $0.needed = 6 } == "6 jobs are active and pg_cron can run 5 at once")
        #expect(
            cause { $0.launcherStartedAt = Self.at(58) } == "pg_cron's launcher started only 2m ago"
        )
        #expect(
            judge { ($0.slots, $0.running, $0.isOverdue, $0.quietFor) = (3, 1, true, nil) }
                == "overdue: no run yet of 2 of its 3 slots: why cannot be seen from here; the server's log may say it"
        )
    }

    @Test("where pg_cron starts nothing, a run that was due a moment ago is overdue")
    func notLate() {
        #expect(judge { $0.isLate = true }.hasPrefix("idle"))
        #expect(
            judge { $0.obstacle = "pg_cron's launcher is gone" }
                == "overdue: no run for 1m: pg_cron's launcher is gone"
        )
        #expect(judge { ($0.obstacle, $0.isLate) = ("pg_cron's launcher is gone", false) }.hasPrefix("idle"))
    }

    @Test("runs that fail are failing")
    func runsFail() {
        #expect(
            judge { ($0.lastRun, $0.areRunsFailing) = (run("failed", "server closed the connection"), true) }
                == "failing: 6 of 10 runs of the last hour failed; the last: server closed the connection"
        )
        #expect(judge { ($0.failed, $0.attempts) = (2, 2) }.hasPrefix("ok"))
    }

    @Test("columns that are read with their owner's rights are declared in their order")
    func columns() {
        var (depth, column, names): (Int, String, [String]) = (0, "", [])
        for character in ProcessorState.columns.text + "," {
            depth += character == "(" ? 1 : character == ")" ? -1 : 0
            if character == ",", depth == 0 {
                names.append(String(column.split { " .\n".contains($0) }.last ?? ""))
                column = ""
            } else {
                column.append(character)
            }
        }
        let declared = ProcessorState.columnTypes.text.split(separator: ",").compactMap {
            $0.split { $0 == " " || $0 == "\n" }.first.map(String.init)
        }
        #expect(names == declared)
    }
}

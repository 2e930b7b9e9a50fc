import Testing
import struct FoundationEssentials.Date

@testable import Cronmill
@testable import cronmill_cli

@Suite("Status, for people")
struct StatusTextTests {
    private func status(
        _ database: String,
        _ processor: String,
        _ verdict: Verdict,
        _ reason: String,
        due: String? = nil,
        slots: Int = 1,
        running: Int = 0,
        ready: Int = 0,
        oldest: Duration? = nil,
        dead: Int = 0
    ) -> ProcessorStatus {
        var status = ProcessorStatus(
            database: database,
            processor: processor,
            queue: processor,
            isEnabled: verdict != .disabled,
            isPaused: false,
            slots: slots,
            schedule: "* * * * *",
            runAs: "runner",
            running: running,
            waiting: 0,
            ready: ready,
            scheduled: 0,
            retrying: 0,
            dead: dead,
            oldestReady: oldest,
            doneLastHour: 0,
            failedLastHour: 0
        )
        (status.verdict, status.reason) = (verdict, reason)
        status.nextDue = due.map { ServerTime(date: Date(timeIntervalSince1970: 0), text: $0, zone: "Europe/Berlin") }
        status.jobs = verdict == .unknown ? nil : slots
        return status
    }

    private var rows: [ProcessorStatus] {
        [
            status(
                "shop",
                "emails",
                .ok,
                "1,234 tasks done in the last hour; 1 slot at work; 1 slot waiting for tasks",
                due: "2026-11-26 03:41:00",
                slots: 2,
                running: 2,
                ready: 12,
                oldest: .milliseconds(20)
            ),
            status("shop", "reports", .disabled, "its jobs do not run"),
            status(
                "分析データベース",
                "画像の処理と変換",
                .overdue,
                "no run for 12m 00s: pg_cron's launcher is gone, and before pg_cron 1.6 it does not come back: restart "
                    + "the server",
                due: "2026-11-27 03:00:00",
                ready: 100_001,
                oldest: .seconds(3723),
                dead: 3
            ),
            status("分析データベース", "b\u{1b}[2J", .unknown, "its jobs and runs are not visible"),
        ]
    }

    private func scheduler(isAssumed: Bool = false) -> Scheduler {
        Scheduler(
            zone: "GMT",
            zoneIsAssumed: isAssumed,
            today: "2026-11-26",
            runsGoing: 0
        )
    }

    @Test("databases are headings, columns line up whatever the signs, and reasons are wrapped at 80 columns")
    func whole() {
        let text = StatusText(rows, scheduler: scheduler()).render(width: nil, colour: false)
        #expect(
            text
                == """
                PROCESSOR          VERDICT   RUNNING     READY  OLDEST  LATER  DEAD  NEXT DUE
                shop
                  emails           ok            2/2        12   20 ms      0     0  03:41:00
                    1,234 tasks done in the last hour; 1 slot at work; 1 slot waiting for tasks
                  reports          disabled      0/1         0       -      0     0  -
                    its jobs do not run
                分析データベース
                  画像の処理と変…  overdue       0/1  100,000+  1h 02m      0     3  11-27 03:00
                    no run for 12m 00s: pg_cron's launcher is gone, and before pg_cron 1.6 it
                    does not come back: restart the server
                  b\\x1b[2J         unknown       0/1         0       -      0     0  not visible
                    its jobs and runs are not visible
                Due in Europe/Berlin; pg_cron reads schedules in GMT.

                """
        )
        #expect(text.split(separator: "\n").allSatisfy { String($0).displayWidth <= 80 })
    }

    @Test("a narrow terminal cuts the names of processors, and a zone that is assumed is said to be")
    func narrow() {
        let text = StatusText([rows[3]], scheduler: scheduler(isAssumed: true)).render(width: 60, colour: false)
        #expect(
            text
                == """
                PROCESS…  VERDICT  RUNNING  READY  OLDEST  LATER  DEAD  NEXT DUE
                分析データベース
                  b\\x1b…  unknown      0/1      0       -      0     0  not visible
                    its jobs and runs are not visible

                """
        )
        let due = StatusText([rows[0]], scheduler: scheduler(isAssumed: true)).render(width: 80, colour: false)
        #expect(
            due.hasSuffix(
                "Due in Europe/Berlin; pg_cron reads schedules in GMT, it is assumed: cron.timezone cannot be read.\n"
            )
        )
    }

    @Test("of a zone that pg_cron only calls by another name nothing is said")
    func sameZone() {
        var row = rows[0]
        row.nextDue?.zone = "UTC"
        let text = StatusText([row], scheduler: scheduler()).render(width: nil, colour: false)
        #expect(text.hasSuffix("\nDue in UTC.\n"), "\(text)")
    }

    @Test("colours are for the verdict, the heading and the reason")
    func colours() {
        let text = StatusText([rows[1]], scheduler: nil).render(width: 80, colour: true)
        #expect(text.contains("\u{1b}[1mshop\u{1b}[0m\n"))
        #expect(text.contains("\u{1b}[2mdisabled\u{1b}[0m"))
        #expect(text.contains("    \u{1b}[2mits jobs do not run\u{1b}[0m\n"))
    }

    @Test("without processors there is the header")
    func empty() {
        #expect(
            StatusText([], scheduler: nil).render(width: nil, colour: false)
                == "PROCESSOR  VERDICT  RUNNING  READY  OLDEST  LATER  DEAD  NEXT DUE\n"
        )
    }
}

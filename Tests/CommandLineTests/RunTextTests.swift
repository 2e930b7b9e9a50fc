import Testing
import struct FoundationEssentials.Date

@testable import Cronmill
@testable import cronmill_cli

@Suite("Runs as text")
struct RunTextTests {
    private static let start = ServerTime(
        date: Date(timeIntervalSince1970: 1_764_127_804.25),
        text: "2025-11-26 04:30:04",
        zone: "Europe/Berlin"
    )

    private static func run(
        _ status: Run.Status,
        tasks: Run.Tasks = .none,
        message: String? = "CALL",
        change: (inout Run) -> Void = { _ in }
    ) -> Run {
        var run = Run(
            runid: 7,
            jobid: 3,
            database: "shop",
            processor: "letters",
            slot: 2,
            command: "call cronmill_processor.letters(2)",
            runAs: "app_runner",
            pid: 4711,
            status: status,
            message: message,
            startedAt: start,
            endedAt: nil,
            duration: .milliseconds(59_900),
            tasks: tasks
        )
        change(&run)
        return run
    }

    private static let quiet = [
        run(.running, tasks: .counted(TaskCounts(done: 0, failed: 0, dead: 0))) { $0.duration = .milliseconds(430) },
        run(.succeeded, tasks: .counted(TaskCounts(done: 1000, failed: 0, dead: 0))),
        run(.succeeded, tasks: .counted(TaskCounts(done: 997, failed: 12, dead: 1))) { $0.database = "検索" },
        run(.succeeded) { ($0.database, $0.processor, $0.slot) = ("postgres", "watch", 0) },
    ]

    private static let trouble = [
        run(.failed, tasks: .notVisible, message: "ERROR:  no such table\nCONTEXT:  somewhere") {
            $0.database = "analytics_of_the_north"
        },
        run(.failed, message: "connection failed") { ($0.startedAt, $0.duration, $0.pid) = (nil, nil, nil) },
        run(.stopped, message: "job canceled") { $0.duration = nil },
        run(.gone, message: nil) { $0.duration = nil },
        run(.gone, message: nil) { ($0.startedAt, $0.duration, $0.pid) = (nil, nil, nil) },
    ]

    @Test("where all went well there is no column for messages, and it fits 80 columns")
    func quiet() {
        let text = """
            DATABASE  PROCESSOR  START (Europe/Berlin)  DURATION  STATUS        TASKS
            shop      letters#2  2025-11-26 04:30:04      0.43 s  running       0
            shop      letters#2  2025-11-26 04:30:04        59 s  succeeded     1,000 done
            検索      letters#2  2025-11-26 04:30:04        59 s  tasks failed  997 done, 11 retried, 1 dead
            postgres  watch      2025-11-26 04:30:04        59 s  succeeded     -

            """
        #expect(Table(Self.quiet).render(width: nil, colour: false) == text)
        #expect(
            Table(Self.quiet).render(width: 80, colour: false) == """
                DATABASE  PROCESSOR  START (Europe/Berlin)  DURATION  STATUS
                shop      letters#2  2025-11-26 04:30:04      0.43 s  running
                shop      letters#2  2025-11-26 04:30:04        59 s  succeeded
                検索      letters#2  2025-11-26 04:30:04        59 s  tasks failed
                postgres  watch      2025-11-26 04:30:04        59 s  succeeded

                """
        )
    }

    @Test("trouble is told with its message; on 80 columns tasks and durations give way to it")
    func trouble() {
        #expect(
            Table(Self.trouble).render(width: nil, colour: false) == """
                DATABASE                PROCESSOR  START (Europe/Berlin)  DURATION  STATUS   TASKS        MESSAGE
                analytics_of_the_north  letters#2  2025-11-26 04:30:04        59 s  failed   not visible  ERROR:  no such table
                shop                    letters#2  not noted                     -  failed   -            connection failed
                shop                    letters#2  2025-11-26 04:30:04           -  stopped  -
                shop                    letters#2  2025-11-26 04:30:04           -  gone     -            its backend is not there any more
                shop                    letters#2  not noted                     -  gone     -            it never got a backend

                """
        )
        #expect(
            Table(Self.trouble).render(width: 80, colour: false) == """
                DATABASE   PROCESSOR  START (Europe/Berlin)  DURATION  STATUS   MESSAGE
                analytic…  letters#2  2025-11-26 04:30:04        59 s  failed   ERROR:  no such…
                shop       letters#2  not noted                     -  failed   connection fail…
                shop       letters#2  2025-11-26 04:30:04           -  stopped
                shop       letters#2  2025-11-26 04:30:04           -  gone     its backend is …
                shop       letters#2  not noted                     -  gone     it never got a …

                """
        )
    }

    @Test("of other jobs the name and the first line of the command are told")
    func otherJobs() {
        func other(_ name: String?) -> Run {
            Self.run(.succeeded, message: "VACUUM") {
                ($0.processor, $0.slot, $0.jobName, $0.command) = (nil, nil, name, "vacuum\nfull")
            }
        }
        #expect(
            Table([other("nightly"), other(nil)] + Self.quiet.prefix(1), allJobs: true)
                .render(width: nil, colour: false) == """
                    DATABASE  JOB        START (Europe/Berlin)  DURATION  STATUS     TASKS  COMMAND
                    shop      nightly    2025-11-26 04:30:04        59 s  succeeded  -      vacuum
                    shop      job 3      2025-11-26 04:30:04        59 s  succeeded  -      vacuum
                    shop      letters#2  2025-11-26 04:30:04      0.43 s  running    0      call cronmill_processor.letters(2)

                    """
        )
    }

    @Test("programs get everything, times in UTC")
    func programs() {
        let run = Self.run(.succeeded, tasks: .counted(TaskCounts(done: 997, failed: 12, dead: 1)))
        #expect(
            run.json.lineText == """
                {"runid": 7, "jobid": 3, "database": "shop", "processor": "letters", "slot": 2, "job_name": null, \
                "command": "call cronmill_processor.letters(2)", "run_as": "app_runner", "pid": 4711, \
                "status": "succeeded", "message": "CALL", "started_at": "2025-11-26T03:30:04.250Z", \
                "ended_at": null, "seconds": 59.9, "tasks_visible": true, "tasks_done": 997, "tasks_failed": 12, \
                "tasks_retried": 11, "tasks_dead": 1}

                """
        )
        #expect(
            CSV([run, Self.run(.failed, tasks: .notVisible, message: nil)]).text == """
                runid,jobid,database,processor,slot,job_name,command,run_as,pid,status,message,started_at,ended_at,\
                seconds,tasks_visible,tasks_done,tasks_failed,tasks_retried,tasks_dead\r
                7,3,shop,letters,2,,call cronmill_processor.letters(2),app_runner,4711,succeeded,CALL,\
                2025-11-26T03:30:04.250Z,,59.9,true,997,12,11,1\r
                7,3,shop,letters,2,,call cronmill_processor.letters(2),app_runner,4711,failed,,\
                2025-11-26T03:30:04.250Z,,59.9,false,,,,\r

                """
        )
    }
}

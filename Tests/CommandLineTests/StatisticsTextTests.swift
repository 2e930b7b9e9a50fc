import Testing
import struct FoundationEssentials.Date

@testable import Cronmill
@testable import cronmill_cli

@Suite("Statistics as text")
struct StatisticsTextTests {
    private static func times(_ buckets: [Int: Int]) -> TaskTimes {
        TaskTimes(counts: (0..<40).map { buckets[$0] ?? 0 })
    }

    private static var rows: [RunStatistics] {
        var busy = RunStatistics(database: "shop", processor: "letters")
        busy.runs = RunStatistics.Runs(
            count: 120,
            failures: 2,
            stopped: 1,
            average: .seconds(59),
            p50: .seconds(60),
            p95: .seconds(60),
            p99: .seconds(61),
            longest: .seconds(75),
            occupied: 0.994,
            lastSuccess: ServerTime(
                date: Date(timeIntervalSince1970: 1_764_127_804),
                text: "2025-11-26 04:30:04",
                zone: "Europe/Berlin"
            ),
            before: .init(count: 119, failures: 0, average: .seconds(61), occupied: 0.98)
        )
        busy.tasks = RunStatistics.Tasks(
            counts: TaskCounts(done: 90_000, failed: 12, dead: 1),
            lostRuns: 0,
            course: [0, 0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100],
            perSecond: 25,
            waited: times([13: 99, 20: 1]),
            worked: times([9: 900, 10: 100]),
            busy: 0.004,
            before: TaskCounts(done: 60_000, failed: 0, dead: 0)
        )
        var idle = RunStatistics(database: "検索", processor: "index")
        idle.runs = RunStatistics.Runs(count: 1, failures: 1, stopped: 0)
        idle.tasksAreVisible = false
        var housekeeper = RunStatistics(database: "postgres", processor: "watch")
        housekeeper.runs = RunStatistics.Runs(count: 60, failures: 0, stopped: 0, average: .seconds(60))
        return [housekeeper, busy, idle]
    }

    private static func tasks(width: Int?, unicode: Bool) -> String {
        Table(tasksOf: rows, window: .seconds(7200), unicode: unicode).render(width: width, colour: false)
    }

    private static func runs(width: Int?) -> String {
        Table(runsOf: rows, window: .seconds(7200)).render(width: width, colour: false)
    }

    @Test("tasks and runs are a table each, whole in a pipe")
    func whole() {
        #expect(
            Self.tasks(width: nil, unicode: false) == """
                DATABASE  PROCESSOR    DONE (2h)  RETRIED  DEAD  PER S  TREND  WAITED P50     P95     P99  WORKED P50    P95    P99  BUSY  COURSE
                shop      letters         90,000       11     1     25   +50%      <17 ms  <17 ms  <17 ms       <2 ms  <3 ms  <3 ms   <1%  __.:--=++*##
                検索      index      not visible

                """
        )
        #expect(
            Self.runs(width: nil) == """
                DATABASE  PROCESSOR  RUNS (2h)  FAILED  AVERAGE  TREND  P50  P95     P99  LONGEST  IN RUN  LAST SUCCESS (Europe/Berlin)
                postgres  watch             60       0       1m      -    -    -       -        -       -  none seen
                shop      letters          120       2     59 s    -3%   1m   1m  1m 01s   1m 15s     99%  2025-11-26 04:30:04
                検索      index              1       1        -      -    -    -       -        -       -  none seen

                """
        )
    }

    @Test("80 columns are enough for what tells of throughput, latencies and failures")
    func narrow() {
        #expect(
            Self.tasks(width: 80, unicode: true) == """
                DATABASE  PROCESSOR    DONE (2h)  DEAD  WAITED P50     P99  WORKED P50    P99
                shop      letters         90,000     1      <17 ms  <17 ms       <2 ms  <3 ms
                検索      index      not visible

                """
        )
        #expect(
            Self.runs(width: 80) == """
                DATABASE  PROCESSOR  RUNS (2h)  FAILED  LONGEST  LAST SUCCESS (Europe/Berlin)
                postgres  watch             60       0        -  none seen
                shop      letters          120       2   1m 15s  2025-11-26 04:30:04
                検索      index              1       1        -  none seen

                """
        )
    }
}

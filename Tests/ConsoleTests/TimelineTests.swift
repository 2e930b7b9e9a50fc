import Foundation
import Postgres
import Testing

@testable import Console
@testable import Cronmill

@Suite("Timeline")
struct TimelineTests {
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)

    private static func time(_ minutesAgo: Double) -> ServerTime {
        ServerTime(date: now - minutesAgo * 60, text: "\(minutesAgo) ago", zone: "UTC")
    }

    /// A run from so many minutes ago to so many; nil goes on.
    private static func run(
        _ from: Double,
        _ to: Double?,
        _ status: Run.Status = .succeeded,
        slot: Int? = 1,
        failedTasks: Int = 0
    ) -> Run {
        Run(
            runid: Int64(10_000 - from * 10),
            jobid: 7,
            database: "shop",
            processor: slot == nil ? nil : "mails",
            slot: slot,
            jobName: slot == nil ? "someone's" : nil,
            command: "call",
            runAs: "app",
            status: status,
            startedAt: time(from),
            endedAt: to.map(time),
            tasks: .counted(TaskCounts(done: 3, failed: failedTasks, dead: 0))
        )
    }

    private static func timeline(_ runs: [Run], slots: [String] = []) -> Timeline {
        Timeline(runs, of: runs, now: now, length: .seconds(3600), slots: slots)
    }

    @Test("runs that follow each other are one bar, and a gap is seen")
    func gaps() throws {
        let runs = [Self.run(30, 29.01), Self.run(29, 28.01), Self.run(20, 19)]
        let lane = try #require(Self.timeline(runs).lanes.first)
        #expect(lane.title == "mails#1")
        #expect(lane.bars.map(\.count) == [2, 1])
        #expect(lane.bars.map { Int($0.from) } == [500, 666])
    }

    @Test("a list of runs says what the command line says of them")
    func list() {
        var (run, other) = (Self.run(30, 29, failedTasks: 1), Self.run(20, 19, .failed))
        (run.message, other.message) = ("CALL", "ERROR: out of luck\nmore")
        let nowhere = ConnectionInfo(["host": "/nowhere", "dbname": "postgres"])
        let viewer = Viewer(role: "ann", deployment: Deployment(cron: nowhere, work: nowhere), mayAct: false, token: "")
        let list = Parts(database: "shop", viewer: viewer).runs(RunReport(runs: [run, other])).text
        #expect(list.contains(">tasks failed<") && !list.contains("CALL"))
        #expect(list.contains("<bdi>ERROR: out of luck</bdi>"))
    }

    @Test("failures a minute apart are one line of the table, and those after a pause another")
    func inShort() throws {
        let runs = [30.0, 29, 28, 20].map { Self.run($0, $0 - 0.1, .failed) }
        let lane = try #require(Self.timeline(runs).lanes.first)
        #expect(lane.bars.count == 4)
        #expect(lane.inShort.map(\.count) == [3, 1])
        #expect(lane.inShort.first?.last.text == "28.0 ago")
    }

    @Test("the hours of the while are said below it, over midnight too")
    func axis() {
        let end = ServerTime(date: Self.now, text: "2026-11-30 02:30:00", zone: "Europe/Berlin")
        let axis = Timeline([], of: [], now: Self.now, length: .seconds(6 * 3600), slots: []).axis(end).text
        #expect(axis.contains("<li>20:30</li><li>21:30</li>") && axis.contains("<li>02:30</li>"))
    }

    @Test("one that failed, or in which tasks did, is a bar of its own, and told apart by its shape")
    func failed() throws {
        let timeline = Self.timeline([Self.run(30, 29), Self.run(29, 28, .failed), Self.run(28, 27, .stopped)])
        #expect(timeline.lanes.first?.bars.map(\.outcome.status) == [.succeeded, .failed, .stopped])
        let bars = Self.timeline([Self.run(30, 29), Self.run(29, 28, failedTasks: 1)]).lanes.first?.bars
        #expect(bars?.map(\.outcome.word) == ["succeeded", "tasks failed"])
        let heights = timeline.svg.text.matches(of: #/<rect [^>]+height="(\d+)"/#).map { String($0.output.1) }
        #expect(Set(heights).count == 3)
        #expect(timeline.svg.text.contains("<title>1 run, failed, 29.0 ago</title>"))
    }

    @Test("a slot without a run has a row; jobs of others come last")
    func rows() {
        let timeline = Self.timeline([Self.run(10, 9, slot: nil), Self.run(10, 9)], slots: ["mails#1", "mails#2"])
        #expect(timeline.lanes.map(\.title) == ["mails#1", "mails#2", "someone's"])
        #expect(timeline.lanes.map(\.isOurs) == [true, true, false])
        #expect(timeline.lanes[1].bars.isEmpty)
    }

    @Test("those at once are counted, one that goes on too; one that ends as another begins is not with it")
    func load() {
        let runs = [Self.run(50, 40), Self.run(40, 30), Self.run(35, nil, .running), Self.run(34, 33, slot: nil)]
        let timeline = Self.timeline(runs)
        #expect(timeline.most == 3)
        #expect(timeline.steps.last.map { [$0.ours, $0.others] } == [1, 0])
        #expect(Self.timeline([Self.run(50, 40), Self.run(40, 30)]).most == 1)
    }

    @Test("1,440 runs of a day in each of eight slots are less than 200 kB")
    func large() {
        let runs = (1...8).flatMap { slot -> [Run] in
            stride(from: 1_440.0, to: 0, by: -1).map { Self.run($0, $0 - 0.95, slot: slot) }
        }
        let timeline = Timeline(runs, of: runs, now: Self.now, length: .seconds(86_400), slots: [])
        #expect(timeline.svg.text.utf8.count + timeline.load(limit: 32).text.utf8.count < 200_000)
    }
}

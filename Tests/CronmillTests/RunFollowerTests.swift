import Testing

@testable import Cronmill

@Suite("Following runs")
struct RunFollowerTests {
    private func run(_ runid: Int64, _ status: Run.Status) -> Run {
        Run(runid: runid, jobid: 1, database: "shop", command: "", runAs: "app_runner", status: status)
    }

    private func told(_ follower: inout RunFollower, _ runs: [Run]) -> [String] {
        follower.take(runs).map { "\($0.runid) \($0.status)" }
    }

    @Test("new and changed runs are told of once")
    func changes() {
        var follower = RunFollower(newest: 7, open: [run(5, .running)], statuses: nil)
        #expect(follower.aboveRunid == 4)
        #expect(told(&follower, [run(7, .failed), run(6, .succeeded), run(5, .running)]) == [])
        #expect(told(&follower, [run(9, .failed), run(8, .starting), run(5, .running)]) == ["9 failed", "8 starting"])
        #expect(
            told(&follower, [run(9, .failed), run(8, .running), run(5, .succeeded)]) == ["8 running", "5 succeeded"]
        )
        #expect(follower.aboveRunid == 7)
        #expect(told(&follower, [run(9, .failed), run(8, .running)]) == [])
    }

    @Test("a run whose backend is gone is looked at once more, for its end may not have been noted")
    func gone() {
        var follower = RunFollower(newest: 2, open: [run(1, .running), run(2, .running)], statuses: nil)
        #expect(told(&follower, [run(1, .gone), run(2, .gone)]) == ["1 gone", "2 gone"])
        #expect(told(&follower, [run(1, .succeeded), run(2, .gone)]) == ["1 succeeded"])
        #expect(follower.aboveRunid == 2)
    }

    @Test("of one status those are told of that come to be it")
    func statuses() {
        var follower = RunFollower(newest: 2, open: [run(1, .running)], statuses: [.failed])
        #expect(told(&follower, [run(3, .running), run(1, .running)]) == [])
        #expect(told(&follower, [run(3, .failed), run(1, .succeeded)]) == ["3 failed"])
    }
}

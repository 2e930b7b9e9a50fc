import Cronmill
import Testing

@Suite("Histograms of task times")
struct TaskTimesTests {
    @Test(
        "a percentile is the upper end of the place it falls into",
        arguments: [
            (0.0, 2), (0.5, 2), (0.51, 8), (0.95, 8), (0.99, 16_384), (1, 16_384),
        ]
    )
    func bounds(part: Double, microseconds: Int) {
        var counts = Array(repeating: 0, count: 40)
        (counts[0], counts[2], counts[13]) = (50, 47, 3)
        let times = TaskTimes(counts: counts)
        #expect(times.bound(of: part) == .microseconds(microseconds))
        #expect(times.total == 100)
    }

    @Test(
        "for people a bound is rounded up, so that it is none too low",
        arguments: [
            (0, "<1 ms"), (9, "<2 ms"), (13, "<17 ms"), (17, "<0.27 s"), (19, "<1.1 s"), (22, "<8.4 s"), (23, "<17 s"),
            (25, "<1m 08s"), (32, "<2h 24m"),
        ]
    )
    func text(bucket: Int, text: String) {
        var counts = Array(repeating: 0, count: 40)
        counts[bucket] = 1
        #expect(TaskTimes(counts: counts).boundText(of: 0.5) == text)
    }

    @Test("of no tasks there is no percentile")
    func empty() {
        #expect(TaskTimes(counts: []).bound(of: 0.5) == nil)
        #expect(TaskTimes(counts: [0, 0]).bound(of: 0.5) == nil)
        #expect(TaskTimes(counts: []).estimatedSum == .zero)
    }

    @Test("the sum is estimated by the middles of the places")
    func sum() {
        #expect(TaskTimes(counts: [2, 0, 10]).estimatedSum == .microseconds(63))
    }
}

internal import Cronmill

extension Metrics {
    /// The bounds of buckets, as powers of two of microseconds, which is how the databases count: from 1 ms to 72 minutes.
    private static let powers = [10, 12, 14, 16, 18, 20, 22, 24, 28, 32]

    /// Both have a series for each bound, the one without a bound, a sum and a count.
    static let seriesOfHistograms = 2 * (powers.count + 3)

    /// Where they are wanted: of all tasks since processors were set up, so that no figure falls.
    mutating func addHistograms() {
        guard let times = snapshot.times else { return }
        let all = times.filter { tells($0.key) }.sorted { $0.key < $1.key }.flatMap { database, times in
            times.map { (database, $0) }
        }
        func samples(_ value: (ProcessorTimes) -> TaskTimes) -> [Sample] {
            all.flatMap { database, times in
                Self.samples(value(times), [("database", database), ("processor", times.processor)])
            }
        }
        add(
            "task_wait_seconds",
            "How long tasks waited since they were ready, until their batch began; the sum is right within a third.",
            samples(\.waited),
            type: .histogram
        )
        add(
            "task_work_seconds",
            "How long handlers took that did their task, tasks of a batch with its mean; the sum is right within a third.",
            samples(\.worked),
            type: .histogram
        )
    }

    private static func samples(_ times: TaskTimes, _ labels: [(String, String)]) -> [Sample] {
        let buckets = powers.map { power in
            // The first has what took less than two microseconds, the next less than four.
            Sample(
                labels + [("le", "\(Duration.microseconds(1 << power).inSeconds)")],
                times.counts.prefix(power).reduce(0, +),
                suffix: "_bucket"
            )
        }
        return buckets + [
            Sample(labels + [("le", "+Inf")], times.total, suffix: "_bucket"),
            Sample(labels, times.estimatedSum.inSeconds, suffix: "_sum"),
            Sample(labels, times.total, suffix: "_count"),
        ]
    }
}

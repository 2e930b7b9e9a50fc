/// Times of tasks as a histogram of powers of two: `counts[n]` tasks took 2^n to 2^(n+1) microseconds, the first also
/// those that took less.
public struct TaskTimes: Sendable, Hashable {
    /// Number of tasks by time.
    public var counts: [Int]

    /// A histogram as `cronmill.run` has it.
    ///
    /// - Parameter counts: number of tasks by time. Numbers that no database counts to are taken for the nearest that one
    ///   does, so that what is made of them is no fault.
    public init(counts: [Int]) { self.counts = counts.prefix(40).map { min(max(0, $0), 1 << 50) } }

    /// How many tasks there are.
    public var total: Int { counts.reduce(0, +) }

    /// A bound: this part of the tasks took no longer, and the slowest of it took half as long at least.
    ///
    /// - Parameter part: from 0 to 1.
    /// - Returns: nil where there are no tasks.
    public func bound(of part: Double) -> Duration? {
        let rank = max(1, (Double(total) * part).rounded(.up))
        var passed = 0
        for (bucket, count) in counts.enumerated() {
            passed += count
            if passed > 0, Double(passed) >= rank { return .microseconds(1 << (bucket + 1)) }
        }
        return nil
    }

    /// The bound for people, `<17 ms`: rounded up, so that it stays one, and no finer than a millisecond.
    ///
    /// - Parameter part: from 0 to 1.
    /// - Returns: nil where there are no tasks.
    package func boundText(of part: Double) -> String? {
        bound(of: part).map { "<" + $0.roundedUp.shortText }
    }

    /// All times together, each taken for the middle of its bucket: right within a third.
    public var estimatedSum: Duration {
        counts.enumerated().reduce(.zero) { $0 + .microseconds($1.element) * 1.5 * Double(1 << $1.offset) }
    }
}

internal import Cronmill
internal import FoundationEssentials

/// Runs of a while, as bars: a row for each slot, and one of how many went at a time.
struct Timeline {
    /// Bars that are one after another with less than a pixel between, and are alike.
    struct Bar: Equatable {
        /// Pixels from the left.
        var from: Double
        var to: Double
        var outcome: Run.Outcome
        /// How many runs.
        var count = 1
        var first: ServerTime
        var last: ServerTime
    }

    /// The bars of one slot, or of a job of somebody else.
    struct Lane: Equatable {
        var title: String
        var isOurs: Bool
        var bars: [Bar]

        /// Bars that are alike, with less than a fortieth of the while between them, as one.
        var inShort: [Bar] {
            var lane = Lane(title: title, isOurs: isOurs, bars: [])
            for bar in bars { lane.add(bar, within: Timeline.width / 40) }
            return lane.bars
        }
    }

    let lanes: [Lane]
    /// How many runs went at once, at each time where that changes: pixels, those of ours, those of others.
    let steps: [(x: Double, ours: Int, others: Int)]

    /// How long it is.
    let length: Duration

    static let width = 1_000.0

    /// - Parameters:
    ///   - runs: those of the rows, in any order.
    ///   - all: those that count towards the limit: of the whole server, as far as they may be seen.
    ///   - now: when it ends, by the database's clock.
    ///   - length: how long it is.
    ///   - slots: those that may have had no run, by title.
    init(_ runs: [Run], of all: [Run], now: Date, length: Duration, slots: [String]) {
        self.length = length
        let from = now - length.inSeconds
        func pixels(_ date: Date) -> Double {
            let part = date.timeIntervalSince(from) / now.timeIntervalSince(from)
            return max(0, min(1, part)) * Self.width
        }
        var lanes = Dictionary(uniqueKeysWithValues: Set(slots).map { ($0, Lane(title: $0, isOurs: true, bars: [])) })
        for (run, start, end) in Self.begun(runs, from, now) {
            let bar = Bar(from: pixels(start.date), to: pixels(end), outcome: run.outcome, first: start, last: start)
            lanes[run.lane, default: Lane(title: run.lane, isOurs: run.slot != nil, bars: [])].add(bar)
        }
        // Ours first, and each by name.
        self.lanes = lanes.values.sorted { ($0.isOurs ? 0 : 1, $0.title) < ($1.isOurs ? 0 : 1, $1.title) }
        var changes: [(x: Double, ours: Int, others: Int)] = []
        for (run, start, end) in Self.begun(all, from, now) {
            let isOurs = run.slot != nil
            changes.append((pixels(start.date), isOurs ? 1 : 0, isOurs ? 0 : 1))
            if end < now { changes.append((pixels(end), isOurs ? -1 : 0, isOurs ? 0 : -1)) }
        }
        // Where one ends as another begins they are not two at once.
        var (ours, others) = (0, 0)
        steps = changes.sorted { ($0.x, $0.ours + $0.others) < ($1.x, $1.ours + $1.others) }.map { change in
            (ours, others) = (ours + change.ours, others + change.others)
            return (change.x, ours, others)
        }
    }

    /// Those of the while, in order.
    private static func begun(_ runs: [Run], _ from: Date, _ now: Date) -> [(run: Run, start: ServerTime, end: Date)] {
        runs.compactMap { run in run.startedAt.map { (run, $0, run.end(now)) } }
            .filter { $0.2 >= from }
            .sorted { ($0.1.date, $0.0.runid) < ($1.1.date, $1.0.runid) }
    }

    /// The most that went at once.
    var most: Int { steps.map { $0.ours + $0.others }.max() ?? 0 }
}

extension Timeline.Lane {
    fileprivate mutating func add(_ bar: Timeline.Bar, within gap: Double = 1) {
        guard var last = bars.last, last.outcome == bar.outcome, bar.from - last.to < gap else {
            bars.append(bar)
            return
        }
        (last.to, last.last, last.count) = (max(last.to, bar.to), bar.last, last.count + bar.count)
        bars[bars.count - 1] = last
    }
}

extension Run {
    /// `mails#1`; of another's job its name.
    fileprivate var lane: String {
        guard let processor, let slot else { return jobName ?? "job \(jobid)" }
        return "\(processor)#\(slot)"
    }

    /// When it ended; one that goes on, now; one that is gone, as soon as nothing more is known of it.
    fileprivate func end(_ now: Date) -> Date {
        if let endedAt { return endedAt.date }
        guard let startedAt else { return now }
        return status == .gone ? startedAt.date + (duration?.inSeconds ?? 0) : now
    }
}

/// What one call of the benchmarks found.
struct Report: Codable, Sendable {
    /// Machine, versions and settings, in the order they are shown.
    var circumstances: [Circumstance] = []
    /// The drains and other timed work.
    var timings: [Timing] = []
    /// Ratios and other figures, with the goal where there is one.
    var figures: [Figure] = []

    /// One line about the machine, a version or a setting.
    struct Circumstance: Codable, Sendable {
        var name: String
        var value: String
    }

    /// Timed work, once per round.
    struct Timing: Codable, Sendable {
        var name: String
        /// Tasks, or lines, done per round.
        var count: Int
        /// Seconds of each round; none if it could not be measured.
        var seconds: [Double] = []
        /// Processor seconds of the backends at work in each round: what other work on the machine disturbs least.
        var processorSeconds: [Double] = []
        /// What the reader must know: settings of a peer, or why there is no figure.
        var note: String = ""

        /// Processor time per task in each round, in microseconds.
        var costs: [Double] { processorSeconds.map { 1e6 * $0 / Double(count) } }
        /// Tasks per second in each round.
        var rates: [Double] { seconds.map { Double(count) / $0 } }
    }

    /// One figure.
    struct Figure: Codable, Sendable {
        var name: String
        /// Nil if it could not be measured.
        var value: Double?
        var unit: String = ""
        /// `at least 0.6`, or empty.
        var goal: String = ""
        var note: String = ""
    }

    /// Adds the seconds of one round to the timing of that name.
    mutating func add(_ took: Contender.Took?, of contender: Contender, note: String = "") {
        let position: Int
        if let known = timings.firstIndex(where: { $0.name == contender.name }) {
            position = known
        } else {
            position = timings.count
            timings.append(Timing(name: contender.name, count: contender.count, note: contender.note))
        }
        if let took {
            timings[position].seconds.append(took.seconds)
            timings[position].processorSeconds += [took.processorSeconds].compactMap(\.self)
        }
        if !note.isEmpty { timings[position].note = note }
    }

    /// The median, over the rounds, of one rate divided by another of the same round.
    ///
    /// Other work on the machine falls on neighbours in time alike, so this says more than the ratio of two medians.
    mutating func addRatio(_ name: String, _ upper: String, _ lower: String, goal: String = "", note: String = "") {
        guard let above = timings.first(where: { $0.name == upper }),
            let below = timings.first(where: { $0.name == lower })
        else { return }
        let ratios = zip(above.rates, below.rates).map { $0 / $1 }
        figures.append(Figure(name: name, value: ratios.median, unit: "x", goal: goal, note: note))
        let costs = zip(above.costs, below.costs).map { $1 / $0 }
        if let cost = costs.median {
            figures.append(Figure(name: "\(name), by processor time", value: cost, unit: "x"))
        }
    }
}

extension [Double] {
    /// The middle one, or the mean of the two in the middle; nil if there is none.
    var median: Double? {
        guard !isEmpty else { return nil }
        let ordered = sorted()
        let middle = count / 2
        return count.isMultiple(of: 2) ? (ordered[middle - 1] + ordered[middle]) / 2 : ordered[middle]
    }
}

import Fuzzing

/// The disturbances of a seed, in order, without end. Each comes so long after the one before has been done.
struct DisturbanceSchedule: Sequence, IteratorProtocol {
    struct Entry {
        let pause: Duration
        let disturbance: Disturbance
        /// What else there is to choose, such as the victim.
        let choice: UInt64
    }

    private var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed, part: "disturbances")
    }

    mutating func next() -> Entry? {
        Entry(
            pause: .milliseconds(Int.random(in: 20...800, using: &generator)),
            disturbance: Disturbance.random(using: &generator),
            choice: generator.next()
        )
    }
}

import Fuzzing
import Glibc
import Synchronization

/// How many processors fall asleep, how often, and what ends the transactions that put tasks into their queues.
public struct SleepLoad: Sendable {
    /// Work databases, each with one processor.
    public var databases: Int
    /// How often processors fall asleep, all together.
    public var sleeps: Int
    /// Percent of the transactions that are rolled back.
    public var rolledBack: Int
    /// Percent of the transactions that are prepared.
    public var prepared: Int
    /// Seconds that a task which is committed may wait; where pg_cron knows no seconds, two full minutes come besides.
    public var limit: Int

    /// A load of so many databases.
    public init(databases: Int, sleeps: Int, rolledBack: Int = 20, prepared: Int = 5, limit: Int = 15) {
        self.databases = databases
        self.sleeps = sleeps
        self.rolledBack = rolledBack
        self.prepared = prepared
        self.limit = limit
    }

    var names: [String] { (1...databases).map { "sleeps_\($0)" } }
}

/// A transaction that puts one task into a queue.
struct SleepPlan: Sendable {
    let number: Int
    let isolation: String
    /// Whether it has a snapshot that is older than its task.
    let looksBefore: Bool
    let isRolledBack: Bool
    let isPrepared: Bool
    /// Milliseconds before it begins, before it enqueues, before it ends or is prepared, and until that is decided.
    let pauses: [Int]

    init(_ load: SleepLoad, number: Int, using generator: inout SeededGenerator) {
        self.number = number
        isolation =
            ["read committed", "repeatable read", "serializable"].randomElement(using: &generator) ?? "read committed"
        looksBefore = Bool.random(using: &generator)
        isRolledBack = Int.random(in: 0..<100, using: &generator) < load.rolledBack
        isPrepared = Int.random(in: 0..<100, using: &generator) < load.prepared
        pauses = [150, 600, 400, 1_500].map { most in
            Bool.random(using: &generator) ? 0 : Int.random(in: 0...most, using: &generator)
        }
    }

    var text: String {
        let pauses = pauses.map(String.init).joined(separator: ", ")
        return "task \(number), \(isolation)\(looksBefore ? ", old snapshot" : "")\(isPrepared ? ", prepared" : ""), "
            + "pauses of \(pauses) ms"
    }
}

/// What happened in one database.
struct SleepOutcome: Sendable {
    var sleeps = 0
    var rounds = 0
    var committed = 0
    var prepared = 0
    var rolledBack = 0
    var refused = 0
    /// Each task, and the seconds from its commit to the handler.
    var waits: [(seconds: Double, database: String, plan: SleepPlan)] = []
    var violations: [String] = []

    mutating func note(_ ends: [(SleepPlan, SleepProducer.End)]) {
        for (plan, end) in ends {
            switch end {
            case .committed:
                committed += 1
                if plan.isPrepared { prepared += 1 }
            case .rolledBack: rolledBack += 1
            case .refused: refused += 1
            }
        }
    }
}

/// What is counted in all databases at once.
final class SleepTally: Sendable {
    private struct State {
        var number = 0
        var rounds = 0
        var missed: Set<String> = []
    }

    private let state = Mutex(State())

    /// A number that no other task gets.
    func number() -> Int {
        state.withLock { state in
            state.number += 1
            return state.number
        }
    }

    func noteRound() { state.withLock { $0.rounds += 1 } }
    func note(missed: [String]) { state.withLock { $0.missed.formUnion(missed) } }
    var missed: Set<String> { state.withLock(\.missed) }
    var text: String {
        state.withLock { "\($0.rounds) rounds, \($0.number) transactions, \($0.missed.count) found by a sweep only" }
    }
}

/// Seconds since 1970, as the server on this machine has them.
func wallClock() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

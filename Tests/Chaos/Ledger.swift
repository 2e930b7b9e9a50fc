import Synchronization

/// What was enqueued and what was done to the server, as far as this process knows.
final class Ledger: Sendable {
    /// What is known of the commit that enqueued some tasks.
    enum Fate: String, Sendable {
        case committed
        /// The connection was lost before the answer came.
        case unknown
        case rolledBack = "rolled back"
    }

    /// Tasks whose payloads are numbered without a gap.
    struct Entry: Sendable {
        let database: String
        let queue: String
        let numbers: ClosedRange<Int>
        let deed: Workload.Deed
        let fate: Fate
    }

    private struct State {
        var lastNumber = 0
        var entries: [Entry] = []
        var counts: [Disturbance: Int] = [:]
        var surprises: [String: Int] = [:]
    }

    private let state = Mutex(State())

    /// So many numbers that nobody else gets.
    func numbers(_ count: Int) -> ClosedRange<Int> {
        state.withLock { state in
            let first = state.lastNumber + 1
            state.lastNumber += count
            return first...state.lastNumber
        }
    }

    func note(_ entry: Entry) {
        state.withLock { $0.entries.append(entry) }
    }

    func note(_ disturbance: Disturbance) {
        state.withLock { $0.counts[disturbance, default: 0] += 1 }
    }

    /// Notes an error that no disturbance explains.
    func note(surprise: String) {
        state.withLock { $0.surprises[surprise, default: 0] += 1 }
    }

    var entries: [Entry] { state.withLock(\.entries) }
    var counts: [Disturbance: Int] { state.withLock(\.counts) }
    /// Errors that no disturbance explains, each once, with the number of times.
    var surprises: [String] { state.withLock { $0.surprises.map { "\($0) (\($1) times)" }.sorted() } }
    var kills: Int { counts.filter(\.key.isKill).values.reduce(0, +) }
}

import Synchronization

/// The tasks that were enqueued into processors that sleep, as far as this process knows.
final class WakeLog: Sendable {
    struct Entry: Sendable, Hashable {
        let database: String
        let queue: String
        let number: Int
        /// Whether the commit was acknowledged; if not, it may have been all the same.
        let isAcknowledged: Bool
        var notedAt = ContinuousClock.now
    }

    private struct State {
        var lastNumber = 0
        var entries: [Entry] = []
        var lastAcknowledged = ContinuousClock.now
        var surprises: [String: Int] = [:]
        var doneAt: [Int: ContinuousClock.Instant] = [:]
        var firstOfRound = 0
    }

    private let state = Mutex(State())

    /// A number that nobody else gets.
    func number() -> Int {
        state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
    }

    func note(_ entry: Entry) {
        state.withLock { state in
            state.entries.append(entry)
            if entry.isAcknowledged { state.lastAcknowledged = .now }
        }
    }

    func note(surprise: String) {
        state.withLock { $0.surprises[surprise, default: 0] += 1 }
    }

    func noteDone(_ numbers: [Int]) {
        state.withLock { state in for number in numbers { state.doneAt[number] = .now } }
    }

    var entries: [Entry] { state.withLock(\.entries) }
    /// Those that were acknowledged and have not been seen done.
    var open: [Entry] {
        state.withLock { state in state.entries.filter { $0.isAcknowledged && state.doneAt[$0.number] == nil } }
    }
    /// What the tasks since the last call came to, for people.
    func summary() -> String {
        state.withLock { state in
            let entries = state.entries[state.firstOfRound...]
            state.firstOfRound = state.entries.count
            let times = entries.filter(\.isAcknowledged).compactMap { entry in
                state.doneAt[entry.number].map { $0 - entry.notedAt }
            }.sorted()
            let texts = [times.dropFirst(times.count / 2).first, times.last].compactMap(\.self).map {
                "\(($0 / .milliseconds(100)).rounded() / 10) s"
            }
            return
                "\(times.count) of \(entries.count) tasks acknowledged, done after \(texts.joined(separator: ", at most "))"
        }
    }
    var lastAcknowledged: ContinuousClock.Instant { state.withLock(\.lastAcknowledged) }
    /// Errors that no kill explains, each once, with the number of times.
    var surprises: [String] { state.withLock { $0.surprises.map { "\($0) (\($1) times)" }.sorted() } }
}

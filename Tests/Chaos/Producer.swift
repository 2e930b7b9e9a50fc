import Fuzzing
import Postgres

/// A session that enqueues numbered tasks and notes which of them it knows to be committed.
struct Producer: Sendable {
    let fixture: ChaosFixture
    let ledger: Ledger
    let seed: UInt64
    let number: Int
    let hasPoison: Bool

    private enum End { case statement, commit, rollback }

    /// Enqueues until it is cancelled, reconnecting as often as it has to.
    func run() async {
        var generator = SeededGenerator(seed: seed, part: "producer \(number)")
        let database = ChaosFixture.databases[number % ChaosFixture.databases.count]
        var first = hasPoison ? Self.firstDeed(number) : nil
        while !Task.isCancelled {
            do {
                let connection = try await fixture.connect(database)
                await enqueue(&first, into: database, with: connection, using: &generator)
                await connection.close()
            } catch {
                // The server is down.
                await Self.pause(50)
            }
        }
    }

    /// Enqueues until the connection is lost.
    private func enqueue(
        _ first: inout Workload.Deed?,
        into database: String,
        with connection: Connection,
        using generator: inout SeededGenerator
    ) async {
        while !Task.isCancelled {
            let (queue, deed, most) = first.map { (Workload.faulty, $0, 1) } ?? kind(using: &generator)
            let end = first == nil ? Self.end(using: &generator) : .statement
            let numbers = ledger.numbers(Int.random(in: 1...most, using: &generator))
            let fate: Ledger.Fate
            var isLost = false
            do {
                // A task of its own: what was sent is not cancelled, and its answer is waited for.
                fate = try await Task { try await Self.send(queue, deed, numbers, end, connection) }.value
            } catch let error as PostgresError {
                isLost = error.kind == .connection || error.severity == "FATAL"
                fate = isLost && end != .rollback ? .unknown : .rolledBack
                if !error.isPassing { ledger.note(surprise: "enqueue: \(error)") }
            } catch {
                isLost = true
                fate = .unknown
                ledger.note(surprise: "enqueue: \(error)")
            }
            ledger.note(.init(database: database, queue: queue.name, numbers: numbers, deed: deed, fate: fate))
            if fate == .committed { first = nil }
            if isLost { return }
            await Self.pause(Int.random(in: 10...80, using: &generator))
        }
    }

    private static func send(
        _ queue: Workload.Queue,
        _ deed: Workload.Deed,
        _ numbers: ClosedRange<Int>,
        _ end: End,
        _ connection: Connection
    ) async throws -> Ledger.Fate {
        let payload = Workload.payload(deed)
        let call: SQL =
            if deed == .node {
                Workload.graph(queue, numbers)
            } else if numbers.count == 1 {
                "select cronmill.enqueue(\(queue.name), \(sql: payload)) from (values (\(numbers.lowerBound)::bigint)) as v (n)"
            } else {
                """
                select cronmill.enqueue_many(\(queue.name), array(
                    select \(sql: payload) from generate_series(\(numbers.lowerBound)::bigint, \(numbers.upperBound)) as n))
                """
            }
        return try await connection.run { session in
            switch end {
            case .statement:
                try session.execute(call)
                return .committed
            case .commit:
                try session.transaction { _ = try session.execute(call) }
                return .committed
            case .rollback:
                try session.execute("begin")
                try session.execute(call)
                try session.execute("rollback")
                return .rolledBack
            }
        }
    }

    /// What the first task of a producer does: however short the run, there is one of each of these in each database.
    static func firstDeed(_ number: Int) -> Workload.Deed {
        number < ChaosFixture.databases.count ? .poison : .overrun
    }

    private static func end(using generator: inout SeededGenerator) -> End {
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: .rollback
        case 1: .commit
        default: .statement
        }
    }

    private func kind(
        using generator: inout SeededGenerator
    ) -> (queue: Workload.Queue, deed: Workload.Deed, most: Int) {
        switch Int.random(in: 0..<1_000, using: &generator) {
        case 0..<3 where hasPoison: (Workload.faulty, .poison, 1)
        case 3..<8 where hasPoison: (Workload.faulty, .overrun, 1)
        case 0..<250: (Workload.faulty, .fail, 10)
        case 250..<400: (Workload.slow, .sleep, 5)
        case 410..<480: (Workload.slow, .share, 20)
        case 480..<500: (Workload.slow, .node, 40)
        case 400..<410: (Workload.quick, .nothing, 5_000)
        default: (Workload.quick, .nothing, 60)
        }
    }

    /// Waits, or returns at once when the task is cancelled.
    static func pause(_ milliseconds: Int) async {
        do {
            try await Task.sleep(for: .milliseconds(milliseconds))
        } catch {
            return
        }
    }
}

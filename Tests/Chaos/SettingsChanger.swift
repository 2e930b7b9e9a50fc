import Fuzzing
import Postgres

/// A session that changes a setting of a processor every second, by plain SQL.
struct SettingsChanger: Sendable {
    let fixture: ChaosFixture
    let ledger: Ledger
    let seed: UInt64

    /// Changes settings until it is cancelled.
    func run() async {
        var generator = SeededGenerator(seed: seed, part: "settings")
        while !Task.isCancelled {
            let database = ChaosFixture.databases[Int.random(in: ChaosFixture.databases.indices, using: &generator)]
            let queue = Workload.queues[Int.random(in: Workload.queues.indices, using: &generator)]
            let slots = Int.random(in: Workload.slots, using: &generator)
            // Half of the time it gives its place back after a second or two without a task.
            let sleep = [nil, nil, 1, 2].randomElement(using: &generator) ?? nil
            let timeout = Int.random(in: queue.timeouts, using: &generator)
            do {
                _ = try await fixture.with(database) { connection in
                    try await connection.execute(
                        """
                        update cronmill.processor
                        set slots = \(slots), timeout = make_interval(secs => \(timeout)), enabled = true, paused = false,
                            sleep_after = make_interval(secs => \(sleep))
                        where name = \(queue.name)
                        """
                    )
                }
                ledger.note(.settingChanged)
            } catch let error as PostgresError where error.isPassing || error.isFromLink {
                // The next one comes in a second.
            } catch {
                if !Task.isCancelled { ledger.note(surprise: "change of settings: \(error)") }
            }
            await Producer.pause(1_000)
        }
    }
}

extension PostgresError {
    /// Whether the session of a link was lost: postgres_fdw gives its errors as those of the statement.
    fileprivate var isFromLink: Bool {
        ["server closed the connection", "terminating connection", "could not connect", "could not receive data"]
            .contains { message.contains($0) }
    }
}

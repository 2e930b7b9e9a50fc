import Fuzzing
import Postgres

/// A session that calls processors' procedures again and again, as pg_cron does.
///
/// pg_cron 1.4 starts jobs at full minutes only, which after a restart of the server is long to wait.
struct Caller: Sendable {
    let fixture: ChaosFixture
    let ledger: Ledger
    let seed: UInt64
    let work: Work
    /// Whether runs may be given a `statement_timeout`; false once the disturbances are over.
    let isDisturbed: @Sendable () -> Bool

    enum Work: Sendable {
        case slot(database: String, queue: String, slot: Int)
        /// Any slot, so that it races for it with pg_cron and the others.
        case anySlot(number: Int)
        /// The n-th job that runs in the cron database itself: a housekeeper.
        case housekeeper(number: Int)
    }

    /// Calls until it is cancelled, with a new session each time, as pg_cron's are.
    func run() async {
        var generator = SeededGenerator(seed: seed, part: "caller \(work)")
        while !Task.isCancelled {
            do {
                try await call(using: &generator)
            } catch let error as PostgresError {
                if !error.isPassing { ledger.note(surprise: "call of \(work): \(error)") }
            } catch {
                guard Task.isCancelled else {
                    ledger.note(surprise: "call of \(work): \(error)")
                    continue
                }
            }
            // After a tick pg_cron comes first.
            await Producer.pause(Int.random(in: 20...200, using: &generator))
        }
    }

    private func call(using generator: inout SeededGenerator) async throws {
        let isTimed = isDisturbed() && Int.random(in: 0..<6, using: &generator) == 0
        let timeout = Int.random(in: 30...6_000, using: &generator)
        switch work {
        case .slot(let database, let queue, let slot):
            try await call(queue, slot, in: database, timeout: isTimed ? timeout : nil)
        case .anySlot:
            let database = ChaosFixture.databases[Int.random(in: ChaosFixture.databases.indices, using: &generator)]
            let queue = Workload.queues[Int.random(in: Workload.queues.indices, using: &generator)]
            let slot = Int.random(in: Workload.slots, using: &generator)
            guard isDisturbed() else { return await Producer.pause(1_000) }
            try await call(queue.name, slot, in: database, timeout: isTimed ? timeout : nil)
        case .housekeeper(let number):
            try await fixture.with(ChaosFixture.cronDatabase) { connection in
                let jobs = try await connection.query(
                    "select j.command from cron.job as j where j.database = current_database() and j.active order by 1"
                )
                guard number < jobs.count else { return await Producer.pause(1_000) }
                let command: String = try jobs[number].get("command")
                try await connection.execute(SQL(unsafeRaw: command))
            }
        }
    }

    private func call(_ queue: String, _ slot: Int, in database: String, timeout: Int?) async throws {
        try await fixture.with(database, as: ChaosFixture.runner) { connection in
            if let timeout { try await connection.execute("set statement_timeout = \(literal: timeout)") }
            do {
                try await connection.execute("call cronmill_processor.\(identifier: queue)(\(literal: slot))")
            } catch let error as PostgresError where error.message.contains("statement timeout") {
                ledger.note(.statementTimeout)
            }
        }
    }
}

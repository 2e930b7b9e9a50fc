internal import Foundation
internal import Postgres

/// What it costs producers that a processor sleeps.
extension Stage {
    /// Who looks into a queue.
    enum Looker: String, CaseIterable, Sendable {
        case never, awake, asleep

        var says: String {
            switch self {
            case .never: "one that never sleeps"
            case .awake: "one that sleeps, awake"
            case .asleep: "one that is asleep, rung for"
            }
        }
    }

    /// Makes a queue for each, none of them enabled, so that nobody but the producers is at work.
    func furnishRings() async throws {
        for looker in Looker.allCases {
            try await cronmill(
                [
                    "setup", "--queue", looker.rawValue, "--handler", "app.note", "--run-as", "bench_runner",
                    "--sleep-after", looker == .never ? "never" : Self.sleepAfter,
                ]
            )
        }
        try await script(
            """
            select cronmill.set_asleep(p.processor_id, p.name = 'asleep', 'nothing')
            from cronmill.processor as p where p.sleep_after is not null;
            select cronmill.enqueue('asleep', '{}')
            """
        )
        let rung: [String] = try await rows(
            """
            select q.name from cronmill.queue as q
            where pg_sequence_last_value('cronmill.asleep'::regclass) & (1::bigint << (q.queue_id % 62)) <> 0
                and cronmill.rung() is not null
            """
        ).map { try $0.get("name") }
        guard rung == ["asleep"] else { throw InvalidRound("asleep are \(rung)") }
    }

    /// Time of transactions that enqueue, by pgbench.
    func enqueueByBench(_ queue: String, many: Bool, clients: Int, count: Int) async throws -> Contender.Took {
        try await benchTime(
            of: many
                ? "select cronmill.enqueue_many('\(queue)', array_fill(\(Self.payload)::jsonb, array[1000]))"
                : "select cronmill.enqueue('\(queue)', \(Self.payload))",
            clients: clients,
            count: count
        )
    }

    /// The payload of tasks that pgbench enqueues, as a literal.
    static let payload = #"'{"to": "reader@example.org", "letter": 7, "urgent": false}'"#

    /// Time of transactions of one statement each, by pgbench.
    ///
    /// - Parameter role: nil is the superuser.
    func benchTime(
        of statement: String,
        as role: String? = nil,
        clients: Int,
        count: Int
    ) async throws -> Contender.Took {
        let folder = try temporaryFolder()
        defer { removeFolder(folder) }
        try "\(statement);\n".write(toFile: "\(folder)/enqueue.sql", atomically: true, encoding: .utf8)
        return try await measured {
            _ = try await client(
                "pgbench",
                [
                    "-n", "-M", "prepared", "-c", String(clients), "-t", String(count / clients), "-f",
                    "\(folder)/enqueue.sql",
                ] + (role.map { ["-U", $0] } ?? []) + [Self.database]
            )
        }
    }

    /// Time of `cronmill enqueue --file`.
    func enqueueByFile(_ queue: String, _ path: String) async throws -> Contender.Took {
        try await measured { try await cronmill(["enqueue", "--queue", queue, "--file", path]) }
    }

    /// By the clock, and by the processor time of the whole server: the sessions have ended before it can be asked.
    private func measured(_ work: () async throws -> Void) async throws -> Contender.Took {
        try await script("delete from cronmill.task")
        try await settle()
        let before = try processorSeconds()
        let begun = ContinuousClock.now
        try await work()
        let seconds = (ContinuousClock.now - begun).inSeconds
        try await Task.sleep(for: .milliseconds(100))
        return Contender.Took(seconds: seconds, processorSeconds: try processorSeconds() - before)
    }
}

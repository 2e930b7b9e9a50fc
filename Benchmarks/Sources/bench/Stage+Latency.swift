internal import Foundation
internal import Postgres
internal import PrivateServer

extension Stage {
    /// Waits until pg_cron has started a run of each of these processors.
    func waitForRuns(of processors: [String]) async throws {
        for _ in 0..<1200 {
            let running: Int = try await one(
                """
                select count(distinct p.name) as total
                from cronmill.run as r
                join cronmill.slot as s on s.slot_id = r.slot_id
                join cronmill.processor as p on p.processor_id = s.processor_id
                where r.ended_at is null and p.name = any (\(processors))
                """,
                "total"
            )
            if running == processors.count { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw InvalidRound("pg_cron did not start \(processors.joined(separator: ", ")) within two minutes")
    }

    /// Milliseconds between the commit of the enqueue and the commit of the effect, in ascending order.
    ///
    /// Both times are those the server noted for the two transactions (`track_commit_timestamp`).
    func latencies(perSecond rate: Int, seconds: Int) async throws -> [Double] {
        try await script("truncate bench.effect")
        let folder = try temporaryFolder()
        defer { removeFolder(folder) }
        try Self.enqueueLatency.write(toFile: "\(folder)/enqueue.sql", atomically: true, encoding: .utf8)
        _ = try await client(
            "pgbench",
            ["-n", "-c", "2", "-R", String(rate), "-T", String(seconds), "-f", "\(folder)/enqueue.sql", Self.database]
        )
        return try await latenciesOfEffects()
    }

    /// The same of tasks each of which comes after ten seconds without one.
    func latenciesAfterRest(count: Int) async throws -> [Double] {
        try await script("truncate bench.effect")
        for _ in 0..<count {
            // At no particular time within the interval between two looks.
            try await Task.sleep(for: .milliseconds(10_000 + Int.random(in: 0..<1_000)))
            try await script(Self.enqueueLatency)
        }
        return try await latenciesOfEffects()
    }

    private static let enqueueLatency =
        "select cronmill.enqueue('latency', jsonb_build_object('xid', pg_current_xact_id()::text));\n"

    private func latenciesOfEffects() async throws -> [Double] {
        try await Task.sleep(for: .seconds(1))
        let left = try await left(in: "latency")
        guard left == 0 else { throw InvalidRound("latency: \(left) tasks left") }
        return try await rows(
            """
            select (1000 * extract(epoch from
                pg_xact_commit_timestamp(e.xmin) - pg_xact_commit_timestamp(e.enqueued_by)))::float8 as milliseconds
            from bench.effect as e
            order by milliseconds
            """
        ).map { try $0.get("milliseconds") }
    }

    /// Milliseconds that an idle `select 1` takes, begun at the same pace, in ascending order: the noise of the machine.
    func idleLatencies(perSecond rate: Int, seconds: Int) async throws -> [Double] {
        let folder = try temporaryFolder()
        defer { removeFolder(folder) }
        try "select 1;\n".write(toFile: "\(folder)/one.sql", atomically: true, encoding: .utf8)
        _ = try await client(
            "pgbench",
            [
                "-n", "-c", "1", "-R", String(rate), "-T", String(seconds), "-f", "\(folder)/one.sql", "-l",
                "--log-prefix=\(folder)/log", Self.database,
            ]
        )
        // client, transaction, microseconds since it was due, file, epoch, microseconds of the epoch, lag
        return try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { $0.hasPrefix("log") }
            .flatMap { try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8).split(separator: "\n") }
            .compactMap { Double($0.split(separator: " ")[2]) }
            .map { $0 / 1000 }
            .sorted()
    }

    func temporaryFolder() throws -> String {
        let folder = "\(NSTemporaryDirectory())/cronmill-bench-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return folder
    }

    /// A folder that stays behind in the temporary directory is no reason to lose the figures.
    func removeFolder(_ folder: String) {
        do {
            try FileManager.default.removeItem(atPath: folder)
        } catch {
            say("could not remove \(folder): \(error)")
        }
    }
}

extension [Double] {
    /// The value that this part of the ascending values does not exceed; nil if there is none.
    func quantile(_ part: Double) -> Double? {
        isEmpty ? nil : self[Swift.min(count - 1, Int(Double(count) * part))]
    }
}

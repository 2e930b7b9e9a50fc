internal import Foundation
internal import Glibc
internal import Postgres
internal import PrivateServer

extension Stage {
    /// Whether PgQ is installed.
    var hasPgQ: Bool {
        get async throws {
            try await !rows("select e.name from pg_available_extensions as e where e.name = 'pgq'").isEmpty
        }
    }

    /// Consumes events of PgQ in batches of 2000, with a handler call per event.
    ///
    /// - Parameter callsByPerform: the usual way; otherwise within an expression, which is quicker.
    func drainPgQ(_ count: Int, callsByPerform: Bool) async throws -> Contender.Outcome {
        guard try await hasPgQ else { return .missing("the extension pgq is not installed") }
        try await script(
            "create extension if not exists pgq",
            "select pgq.create_queue('bench'); select pgq.register_consumer('bench', 'bench')"
        )
        let session = try await connect()
        try await session.execute("call bench.fill_pgq(\(literal: count), 2000)")
        try await script("vacuum (analyze)", "checkpoint")
        let meter = try await Meter([session])
        let rows = try await session.query("call bench.empty_pgq(\(literal: callsByPerform))")
        let took = try meter.read()
        await session.close()
        let total: Int? = try rows.first?.get("total")
        guard total == count else { throw InvalidRound("PgQ: \(total ?? 0) events of \(count)") }
        try await script("select pgq.drop_queue('bench', true)")
        return .took(took)
    }

    /// Drains tasks by a peer's own worker, in a database made for it.
    ///
    /// - Parameter setting: how many tasks it takes or does at once.
    func drainPython(_ peer: String, _ count: Int, setting: Int) async throws -> Contender.Outcome {
        guard access(python, X_OK) == 0 else { return .missing("no Python environment") }
        do {
            _ = try await runProgram(python, ["-c", "import \(peer)"])
        } catch is ProgramFailure {
            return .missing("the Python package \(peer) is not installed")
        }
        let database = "peer_\(peer)"
        _ = try await psql(
            ["-c", "drop database if exists \(database)", "-c", "create database \(database)", "-c", "checkpoint"],
            database: "postgres"
        )
        let output = try await runProgram(
            python,
            [
                "\(folder)/peers/\(peer)_drain.py", server.socketDirectory, String(server.port), server.superuser,
                database, String(count), String(setting),
            ]
        )
        let answer = try JSONDecoder().decode(Answer.self, from: Data(output.utf8))
        guard answer.left == 0 else { throw InvalidRound("\(peer): \(answer.left) tasks left") }
        return .took(Contender.Took(seconds: answer.seconds))
    }

    private struct Answer: Decodable {
        var seconds: Double
        var left: Int
    }
}

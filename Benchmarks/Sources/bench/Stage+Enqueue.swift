internal import Foundation
internal import Postgres

extension Stage {
    /// Makes a file of JSON lines.
    func writeLines(_ count: Int, to path: String) throws {
        var text = ""
        for n in 1...count {
            text += "{\"to\": \"reader-\(n)@example.org\", \"letter\": \(n % 40), \"urgent\": false}\n"
        }
        try text.write(toFile: path, atomically: false, encoding: .utf8)
    }

    /// Lets a role do what a producer needs, and no more.
    func admitProducer() async throws {
        try await script(
            """
            select cronmill.grant_part('bench_producer', 'producer', q.name) from cronmill.queue as q
            """
        )
    }

    /// The bare COPY into a table, of one column.
    func copy(_ path: String, to table: String) async throws -> Contender.Took {
        try await script("truncate \(table)", "checkpoint")
        let clock = ContinuousClock()
        let begun = clock.now
        _ = try await psql(["-c", "\\copy \(table) (payload) from '\(path)'"])
        return Contender.Took(seconds: (clock.now - begun).inSeconds)
    }

    /// `cronmill enqueue --file`, from the start of the program to its end.
    func enqueue(_ path: String, count: Int, as role: String?) async throws -> Contender.Took {
        let clock = ContinuousClock()
        try await settle()
        let begun = clock.now
        try await cronmill(["enqueue", "--queue", "noop", "--file", path], as: role)
        let seconds = (clock.now - begun).inSeconds
        let total = try await left(in: "noop")
        guard total == count else { throw InvalidRound("enqueue: \(total) tasks of \(count)") }
        _ = try await emptyByDelete("noop")
        return Contender.Took(seconds: seconds)
    }
}

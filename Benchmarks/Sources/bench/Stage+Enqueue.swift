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
            grant usage on schema cronmill to bench_producer;
            do $$
            declare
                routine regprocedure;
            begin
                for routine in
                    select p.oid::regprocedure
                    from pg_proc as p
                    where p.pronamespace = 'cronmill'::regnamespace
                        and p.proname in ('enqueue', 'enqueue_many', 'queue_id')
                loop
                    execute format('grant execute on function %s to bench_producer', routine);
                end loop;
            end
            $$
            """
        )
    }

    /// The bare COPY into a table of one column.
    func copyPlain(_ path: String) async throws -> Contender.Took {
        try await script("truncate bench.plain", "checkpoint")
        let clock = ContinuousClock()
        let begun = clock.now
        _ = try await psql(["-c", "\\copy bench.plain from '\(path)'"])
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

internal import Postgres

extension Stage {
    /// Puts tagged tasks into queue `noop`: three tags each, of which all have one, a thousandth has another, and one
    /// alone has the third. `first` is the number of the first.
    func fillTagged(from first: Int, _ count: Int) async throws {
        _ = try await psql(["-c", "call bench.fill_tagged('noop', \(first), \(count))"])
    }

    /// How long a search takes in the server, in milliseconds: the calls of one session, each with other numbers.
    func searchTimes(_ tag: (Int) -> String, rounds: Int) async throws -> [Double] {
        let connection = try await connect()
        var times: [Double] = []
        for round in 0..<rounds {
            let row = try await connection.query(
                "select s.milliseconds from bench.search('noop', \(tag(round))) as s"
            ).first
            times.append(try row?.get("milliseconds") ?? 0)
        }
        await connection.close()
        // The first calls plan and read from the disk.
        return times.dropFirst(rounds / 4).sorted()
    }

    /// Bytes of the index of tags, after vacuum.
    func tagIndexSize() async throws -> Double {
        try await script("vacuum cronmill.task")
        return try await one("select pg_relation_size('cronmill.task_tags')::double precision as size", "size")
    }
}

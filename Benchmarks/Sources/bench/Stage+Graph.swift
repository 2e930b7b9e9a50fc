internal import Postgres

extension Stage {
    /// Puts a graph of ten layers in, each task after three of the layer before; the time of the call alone.
    func enqueueGraph(_ count: Int) async throws -> Contender.Took {
        try await settle()
        let session = try await connect()
        let meter = try await Meter([session])
        try await session.execute(
            """
            select cronmill.enqueue_graph('noop', array(
                select case when n <= c.width then jsonb_build_object('payload', n, 'ref', 'r' || n)
                    else jsonb_build_object('payload', n, 'ref', 'r' || n, 'after', jsonb_build_array(
                        'r' || p.first + (n * 7) % c.width, 'r' || p.first + (n * 13 + 1) % c.width,
                        'r' || p.first + (n * 17 + 2) % c.width))
                    end
                from (select \(literal: count) / 10 as width) as c
                cross join generate_series(1, \(literal: count)) as n
                cross join lateral (select ((n - 1) / c.width - 1) * c.width + 1 as first) as p
                order by n), keep => '0')
            """
        )
        let took = try meter.read()
        await session.close()
        return took
    }

    /// The same tasks, none of which waits for another.
    func enqueueEnvelopes(_ count: Int) async throws -> Contender.Took {
        try await settle()
        let session = try await connect()
        let meter = try await Meter([session])
        try await session.execute(
            """
            select cronmill.enqueue_envelopes('noop', array(
                select jsonb_build_object('payload', n) from generate_series(1, \(literal: count)) as n))
            """
        )
        let took = try meter.read()
        await session.close()
        return took
    }

    /// Drains it, and forgets it.
    func drainGraph() async throws -> Contender.Took {
        let took = try await drain("noop")
        let waiting: Int = try await one(
            "select count(*) as total from cronmill.node as n where n.state <> 'done'",
            "total"
        )
        guard waiting == 0 else { throw InvalidRound("graph: \(waiting) tasks are not done") }
        // Which is refused to others.
        try await script(
            "set session_replication_role = replica; truncate cronmill.graph, cronmill.node, cronmill.edge"
        )
        return took
    }
}

extension Measurement {
    /// Ten thousand tasks with some thirty thousand edges, beside as many plain ones.
    mutating func measureGraphs() async throws {
        let (stage, count) = (stage, 10_000)
        let names = [
            "enqueue_envelopes, 10,000", "enqueue_graph, 10,000", "drain of 10,000", "drain of a graph of 10,000",
        ]
        let contenders = [
            Contender(name: names[0], count: count) { .took(try await stage.enqueueEnvelopes(count)) },
            Contender(name: names[2], count: count) { .took(try await stage.drain("noop")) },
            Contender(name: names[1], count: count) { .took(try await stage.enqueueGraph(count)) },
            Contender(name: names[3], count: count) { .took(try await stage.drainGraph()) },
        ]
        for round in 0..<scale.rounds {
            for contender in contenders { try await measure(contender, round) }
        }
        report.addRatio("enqueue_graph / enqueue_envelopes", names[1], names[0], goal: "at least 0.3")
        report.addRatio("drain of a graph / of plain tasks", names[3], names[2], goal: "at least 0.33")
    }
}

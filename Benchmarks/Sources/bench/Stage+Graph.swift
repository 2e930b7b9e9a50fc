internal import Foundation
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

extension Stage {
    /// Milliseconds from a commit to that of what it made ready, in ascending order: from the enqueue of a task to its
    /// effect, and from the effect of another to that of the one task that waits for it; both under way at once.
    func releaseLatencies(perSecond rate: Int, seconds: Int) async throws -> (plain: [Double], children: [Double]) {
        try await script("truncate bench.effect")
        let folder = try temporaryFolder()
        defer { removeFolder(folder) }
        let payload = "jsonb_build_object('xid', pg_current_xact_id()::text)"
        try "select cronmill.enqueue('latency', \(payload));\n"
            .write(toFile: "\(folder)/plain.sql", atomically: true, encoding: .utf8)
        try """
        select cronmill.enqueue_graph('latency', array[jsonb_build_object('ref', 'a', 'payload', \(payload)), \
        jsonb_build_object('after', jsonb_build_array('a'), 'payload', \(payload))], keep => '0');

        """
        .write(toFile: "\(folder)/graph.sql", atomically: true, encoding: .utf8)
        _ = try await client(
            "pgbench",
            [
                "-n", "-c", "2", "-R", String(rate), "-T", String(seconds), "-f", "\(folder)/plain.sql",
                "-f", "\(folder)/graph.sql", Self.database,
            ]
        )
        try await Task.sleep(for: .seconds(2))
        let rows = try await rows(
            """
            select count(*) as total,
                (1000 * extract(epoch from case count(*)
                    when 1 then max(pg_xact_commit_timestamp(e.xmin)) - pg_xact_commit_timestamp(e.enqueued_by)
                    else max(pg_xact_commit_timestamp(e.xmin)) - min(pg_xact_commit_timestamp(e.xmin))
                end))::float8 as milliseconds
            from bench.effect as e
            group by e.enqueued_by
            order by milliseconds
            """
        )
        func times(_ total: Int) throws -> [Double] {
            try rows.filter { try $0.get("total", as: Int.self) == total }.map { try $0.get("milliseconds") }
        }
        return (try times(1), try times(2))
    }
}

extension Measurement {
    /// A task that waits for another is ready when that one's effect is committed.
    mutating func measureReleases() async throws {
        let (plain, children) = try await stage.releaseLatencies(perSecond: 100, seconds: scale.latencySeconds)
        let note = "\(children.count.grouped) graphs of two tasks beside \(plain.count.grouped) plain tasks, 100/s"
        add("from a parent's commit to its child's, p50", children.quantile(0.5), "ms", note: note)
        add("from a parent's commit to its child's, p99", children.quantile(0.99), "ms")
        if let child = children.quantile(0.99), let task = plain.quantile(0.99) {
            add("a child's p99 beyond that of a plain task", child - task, "ms", goal: "at most 10")
        }
    }

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

import Foundation
import Postgres
import Testing

/// Kills amid graphs. `CRONMILL_GRAPH_SECONDS` says for how long, 8 seconds else; `CRONMILL_GRAPH_SEED` repeats one.
@Suite("Kills amid graphs", .timeLimit(.minutes(60)))
struct GraphKillTests {
    @Test(
        "backends are ended and the server is killed while slots work graphs off: each task once, in order, none lost"
    )
    func kills() async throws {
        let environment = ProcessInfo.processInfo.environment
        let seconds = Double(environment["CRONMILL_GRAPH_SECONDS"] ?? "") ?? 8
        let seed = Int(environment["CRONMILL_GRAPH_SEED"] ?? "") ?? Int.random(in: 0..<1_000_000)
        try await withServer { server in
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.setUpGraphs("--slots", "3", "--max-attempts", "3", "--backoff-base", "50ms")
                try await fixture.script(Self.producer)
                let ending = Ending()
                let end = ContinuousClock.now + .seconds(seconds)
                try await withThrowingTaskGroup { group in
                    for slot in 1...3 {
                        group.addTask {
                            while !ending.hasCome {
                                try? await fixture.call(slot: slot)
                                try await Task.sleep(for: .milliseconds(20))
                            }
                        }
                    }
                    group.addTask {
                        var round = 0
                        while ContinuousClock.now < end {
                            round += 1
                            _ = try? await fixture.rows("select app.make_graph(\(seed), \(round))")
                            _ = try? await fixture.rows(
                                "select cronmill.cancel(array(select n.task_id from cronmill.node as n where n.state in ('waiting', 'ready') order by random() limit 1))"
                            )
                            _ = try? await fixture.rows("select cronmill.redrive(max_tasks => 1)")
                            _ = try? await fixture.rows("select cronmill.purge_dead('work', interval '2 seconds', 1)")
                            try await Task.sleep(for: .milliseconds(100))
                        }
                        ending.come()
                    }
                    group.addTask {
                        var generator = SystemRandomNumberGenerator()
                        while ContinuousClock.now < end {
                            try await Task.sleep(for: .milliseconds(Int.random(in: 100...700, using: &generator)))
                            let pids = try? await fixture.rows(
                                "select pid from pg_stat_activity where usename = \(fixture.runner) order by random() limit 1"
                            )
                            guard let pid = pids?.first.flatMap(Int32.init) else { continue }
                            if Int.random(in: 0..<6, using: &generator) == 0 {
                                kill(pid, SIGKILL)
                            } else {
                                _ = try? await fixture.rows("select pg_terminate_backend(\(Int(pid)))")
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                try await eventually("what is left is done", within: .seconds(60)) {
                    guard (try? await fixture.call()) != nil else { return false }
                    return try await fixture.rows("select 1 from cronmill.task") == []
                }
                let findings = try await fixture.rows("select f.finding from app.findings as f")
                #expect(findings == [], "seed \(seed)")
                #expect(try await fixture.rows("select count(*) > 20 from app.log") == ["t"])
            }
        }
    }

    /// Makes graphs at random; and says what is wrong with what became of them.
    private static let producer = """
        create function app.make_graph(seed integer, round integer) returns bigint language plpgsql as $$
        begin
            perform setseed((seed * 31 + round) % 1000 / 1000.0);
            return cronmill.enqueue_graph('work', array(
                select jsonb_strip_nulls(jsonb_build_object(
                    'ref', 'n' || n, 'join', case when random() < 0.2 then 'one' end,
                    'payload', jsonb_strip_nulls(jsonb_build_object(
                        'ref', format('%s n%s', round, n), 'seconds', case when random() < 0.2 then 0.01 end,
                        'die', case when random() < 0.1 then true end,
                        'result', case when random() < 0.3 then jsonb_build_object('ok', random() < 0.5) end)),
                    'after', (
                        select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('ref', 'n' || m, 'on', o.wanted, 'if',
                            case when o.wanted = 'done' and random() < 0.1 then '{"ok": true}'::jsonb end)))
                        from generate_series(greatest(1, n - 8), n - 1) as m
                        cross join lateral (
                            select (array['done', 'done', 'done', 'dead', 'any'])[1 + floor(random() * 5 + 0 * m)] as wanted
                        ) as o
                        where random() < 0.3)))
                from generate_series(1, 30) as n
                order by random()), on_dead => case when round % 3 = 0 then 'cancel' else 'hold' end);
        end $$;
        create view app.findings as
        select 'done ' || count(*) || ' times: ' || l.ref as finding from app.log as l group by l.ref having count(*) > 1
        union all
        select 'not settled: ' || n.task_id from cronmill.node as n where not n.is_settled or n.is_left
        union all
        select format('%s is %s', n.task_id, n.state) from cronmill.node as n where n.state = 'ready'
        union all
        select 'wrong count of graph ' || g.graph_id from cronmill.graph as g
        where g.open_nodes <> (
            select count(*) from cronmill.node as n where n.graph_id = g.graph_id and n.state = 'waiting')
            or (g.open_nodes = 0) <> (g.ended_at is not null)
        union all
        select format('%s is done before %s', c.task_id, p.task_id)
        from cronmill.edge as e
        join cronmill.node as c on c.task_id = e.child_id and c.state = 'done' and c.join_kind = 'all'
        join cronmill.node as p on p.task_id = e.parent_id
        where e.wanted = 'done' and (p.state = 'done' and p.ended_at > c.ready_at or p.state in ('waiting', 'ready'))
            and not c.has_died
        union all
        select format('%s waits for nothing', c.task_id)
        from cronmill.node as c
        where c.state = 'waiting' and not exists (
            select from cronmill.edge as e
            join cronmill.node as p on p.task_id = e.parent_id
            where e.child_id = c.task_id and p.state in ('waiting', 'ready', 'dead'))
        """
}

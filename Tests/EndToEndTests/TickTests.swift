import Postgres
import Testing

/// Runs over several minutes of a one-minute schedule, on the pg_cron that knows no shorter one.
@Suite("Ticks", .timeLimit(.minutes(60)))
struct TickTests {
    /// Runs of a processor in order: why each ended, ticks crossed, seconds since the end of the one before.
    private struct Run {
        let reason: String
        let crossed: Int
        let gap: Double
    }

    private func runs(_ processor: String, _ fixture: Fixture) async throws -> [Run] {
        let connection = try await fixture.connect()
        defer { Task { await connection.close() } }
        return try await connection.query(
            """
            select r.end_reason,
                (extract(epoch from date_trunc('minute', r.ended_at) - date_trunc('minute', r.started_at)) / 60)::integer as crossed,
                coalesce(extract(epoch from r.started_at - lag(r.ended_at) over (order by r.run_id)), 0)::double precision as gap
            from cronmill.run as r
            join cronmill.slot as s on s.slot_id = r.slot_id
            join cronmill.processor as p on p.processor_id = s.processor_id
            where p.name = \(processor) and r.ended_at is not null
            order by r.run_id
            """
        ).map { try Run(reason: $0.get("end_reason"), crossed: $0.get("crossed"), gap: $0.get("gap")) }
    }

    @Test("run follows run at once, also after one that crossed two ticks, and none pile up")
    func fourMinutes() async throws {
        try await withServer { server in
            guard try await !ServerAbilities(of: server).hasSeconds else { return }
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.script(
                    """
                    create function app.slow(payload jsonb) returns void language sql as 'select pg_sleep(125)';
                    """
                )
                try await awayFromFullMinute()
                try await fixture.setUp(schedule: nil, "--enable")
                let slow = try await fixture.cronmillHere(
                    "setup",
                    "--queue",
                    "slow",
                    "--handler",
                    "app.slow",
                    "--run-as",
                    fixture.runner,
                    "--enable"
                )
                #expect(slow.exitCode == 0, "\(slow.errors)")
                _ = try await fixture.rows("select cronmill.enqueue('slow', '{}')")
                // The slow one: over two ticks, then on until the fourth, then as if nothing had been.
                try await eventually("three runs of each have ended", within: .seconds(400)) {
                    let (slow, steady) = (try await runs("slow", fixture), try await runs("work", fixture))
                    return slow.count >= 3 && steady.count >= 4
                }
                let steady = try await runs("work", fixture)
                #expect(steady.allSatisfy { $0.reason == "budget" && $0.crossed == 1 && $0.gap < 1 })
                let late = try await runs("slow", fixture)
                #expect(late.map(\.crossed).prefix(3) == [2, 1, 1])
                #expect(late.allSatisfy { $0.reason == "budget" && $0.gap < 1 })
                // A row of history for each run, and one for each tick that was paid back.
                let history = try await fixture.cronRows(
                    """
                    select j.processor, count(*) <= \(late.count + 3) as few, count(*) filter (where d.status = 'failed') as failed
                    from cron.job_run_details as d
                    join cronmill_cron.job as j on j.jobid = d.jobid
                    where j.processor = 'slow'
                    group by j.processor
                    """
                )
                #expect(history == ["slow|t|0"])
                #expect(try await fixture.rows("select distinct owed_ticks from cronmill.slot") == ["0"])
            }
        }
    }
}

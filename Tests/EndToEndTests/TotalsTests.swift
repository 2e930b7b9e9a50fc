import Cronmill
import Postgres
import Testing

/// What processors have done since they were set up.
@Suite("Totals", .timeLimit(.minutes(60)))
struct TotalsTests {
    private func totals(_ fixture: Fixture) async throws -> [String] {
        try await fixture.cronRows(
            """
            select t.runs, t.failed_runs, t.done, t.failed, t.dead
            from cronmill_cron.processor_totals(array[\(fixture.database)]) as t
            """
        )
    }

    /// Has the next run tell, whenever the last one did.
    private func call(_ fixture: Fixture) async throws {
        try await fixture.script("delete from cronmill.push")
        try await fixture.call()
    }

    /// How many attempts are in the histogram of waits, and how many tasks that were done in that of work.
    private func times(_ fixture: Fixture) async throws -> [Int] {
        let look = try await fixture.server.deployment.look(at: fixture.database, withTimes: true)
        return look.times.flatMap { [$0.waited.total, $0.worked.total] }
    }

    @Test("totals count each attempt and run, and do not fall when runs are forgotten")
    func forgotten() async throws {
        try await withDatabases { fixture in
            try await fixture.script(
                """
                create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                begin
                    if payload ->> 'n' = '-1' then raise exception 'no such thing'; end if;
                end $$
                """
            )
            try await fixture.setUp("--enable", "--max-attempts", "2", "--backoff-base", "0")
            let seen1 = try await totals(fixture)
            #expect(seen1 == [])
            _ = try await fixture.rows(
                "select cronmill.enqueue_many('work', array['{\"n\": 1}', '{\"n\": -1}']::jsonb[])"
            )
            try await call(fixture)
            try await call(fixture)
            let seen2 = try await totals(fixture)
            #expect(seen2 == ["2|0|1|2|1"])
            let timed2 = try await times(fixture)
            #expect(timed2 == [3, 1])
            // A run that was killed: it has a start and no end.
            try await fixture.script(
                """
                update cronmill.run set ended_at = null, end_reason = null;
                update cronmill.run set started_at = started_at - interval '8 days';
                """
            )
            try await call(fixture)
            let seen3 = try await totals(fixture)
            #expect(seen3 == ["3|1|1|2|1"])
            #expect(try await fixture.rows("select count(*), sum(done) from cronmill.run") == ["1|0"])
            try await fixture.script("update cronmill.processor set slots = 0 + slots")
            _ = try await fixture.rows("select cronmill.enqueue('work', '{\"n\": 1}')")
            try await call(fixture)
            let seen4 = try await totals(fixture)
            #expect(seen4 == ["4|1|2|2|1"])
            let timed4 = try await times(fixture)
            #expect(timed4 == [4, 2])
        }
    }

    @Test("who monitors one database sees the totals of that alone; the library tells them")
    func rights() async throws {
        try await withDatabases(2) { fixture in
            try await fixture.setUp()
            for database in fixture.databases { try await fixture.call(in: database) }
            let all = try await fixture.cronRows(
                "select t.database_name from cronmill_cron.processor_totals(\(fixture.databases)) as t"
            )
            #expect(all == fixture.databases.sorted())
            let told = try await fixture.server.deployment.processorTotals(databases: fixture.databases)
            #expect(told.map(\.database) == fixture.databases.sorted())
            #expect(told.map(\.runs) == [1, 1])
            let granted = try await fixture.cronmill(
                ["grant", "monitor", fixture.runner, "--database", fixture.databases[1]]
            )
            #expect(granted.exitCode == 0, "\(granted.errors)")
            let connection = try await fixture.server.connect(as: fixture.runner)
            let seen = try await connection.query(
                "select t.database_name, t.runs from cronmill_cron.processor_totals() as t"
            )
            await connection.close()
            #expect(seen.map { $0["database_name"] } == [fixture.databases[1]])
            #expect(seen.map { $0["runs"] } == ["1"])
        }
    }
}

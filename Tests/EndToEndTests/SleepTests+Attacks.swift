import Postgres
import Testing

extension SleepTests {
    @Test("what strangers write into their settings, and lock, keeps nobody from being woken, or from getting a place")
    func strangers() async throws {
        try await withAsleep { fixture in
            // A setting that is no text where it is read.
            try await fixture.script("create database latin encoding 'LATIN1' locale 'C' template template0")
            try await fixture.server.makeRole("stranger")
            let latin = try await fixture.server.connectByPassword("latin", as: "stranger")
            try await latin.execute("alter role stranger set application_name = 'cronmill ring â'")
            await latin.close()
            try await Self.fallAsleep(fixture)
            try await fixture.enqueue(1)
            #expect(try await Self.look(fixture) == ["granted|ring"])

            // Another processor waits for the one place there is, and who has it cannot be told.
            try await fixture.setUp(queue: "other", schedule: nil, "--sleep-after", "1s", "--enable")
            try await Self.script(
                fixture,
                """
                update cron.job set active = false;
                update cronmill_cron.installation set budget = 1, quantum = '1 second'
                """
            )
            let stranger = try await fixture.server.connectByPassword("postgres", as: "stranger")
            _ = try await stranger.query(
                """
                select pg_advisory_lock(1668443507, 0), pg_advisory_lock(1668443507, hashtext(format('%s/work', d.oid)))
                from pg_database as d where d.datname = \(fixture.database)
                """
            )
            // Longer than the quantum, not so long that it should have been seen, nor since before the server's start.
            try await Self.script(
                fixture,
                """
                update cronmill_cron.demand
                set state = 'awake', changed_at = greatest(now() - interval '2 seconds', pg_postmaster_start_time())
                where processor = 'work'
                """
            )
            #expect(try await Self.look(fixture).sorted() == ["wanted|enabled", "wanted|yielded"])
            #expect(try await Self.look(fixture).sorted() == ["granted|enabled", "wanted|yielded"])
            #expect(
                try await fixture.cronRows(
                    "select s.database_name, s.role_name from cronmill_cron.lock_strangers() as s"
                )
                    == ["postgres|stranger"]
            )
            await stranger.close()
        }
    }

    @Test("a link, and a run-as role, take no place that was not given to them, and fill nothing that is looked at")
    func forgers() async throws {
        try await withAsleep { fixture in
            try await Self.fallAsleep(fixture)
            let role = "cronmill link \(fixture.database)"
            try await fixture.script("alter role \"\(role)\" password 'secret of \(role)'")
            let link = try await fixture.server.connectByPassword("postgres", as: role)
            func tell(_ state: String) async throws {
                try await link.execute(
                    """
                    insert into cronmill_cron.link_rest (name, state, heard, slot_ids)
                    select 'work', \(state), repeat('x', 1000000), array_agg(n) from generate_series(1, 1000) as n
                    """
                )
            }
            try await tell("awake")
            #expect(try await Self.states(fixture) == ["wanted"])
            try await tell("asleep")
            #expect(
                try await fixture.cronRows(
                    "select d.state, length(d.heard), cardinality(d.slot_ids) from cronmill_cron.demand as d"
                ) == ["asleep|200|1"]
            )
            await link.close()

            try await Self.script(
                fixture,
                """
                update cronmill_cron.demand
                set slot_ids = null, changed_at = greatest(now() - interval '5 seconds', pg_postmaster_start_time())
                """
            )
            let runner = try await fixture.connect(as: fixture.runner)
            _ = try await runner.query("select pg_advisory_lock(1668443500, n) from generate_series(1, 100) as n")
            #expect(
                try await fixture.cronRows(
                    "select n.at_work, n.next_state from cronmill_cron.demand_now(clock_timestamp()) as n"
                ) == ["0|-"]
            )
            await runner.close()
        }
    }
}

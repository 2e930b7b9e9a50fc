import Postgres
import Testing

extension SleepTests {
    @Test(
        "slots come while there are more tasks than one does, and go; delayed tasks and retries wake at their time"
    )
    func slots() async throws {
        try await withServer { server in
            guard try await ServerAbilities(of: server).hasSeconds else { return }
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.script(
                    """
                    create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                    begin
                        if payload ? 'fails_until' and now() < (payload ->> 'fails_until')::timestamptz then
                            raise exception 'not yet';
                        end if;
                        perform pg_sleep(0.2);
                        insert into app.done (n, payload) values ((payload ->> 'n')::bigint, payload);
                    end $$
                    """
                )
                try await fixture.setUp(
                    schedule: nil,
                    "--slots",
                    "3",
                    "--sleep-after",
                    "1s",
                    "--budget",
                    "4",
                    "--backoff-base",
                    "2s",
                    "--enable"
                )
                try await fixture.setUp(queue: "letters", schedule: nil, "--sleep-after", "1s", "--enable")
                let slots: SQL =
                    "select d.slots, d.seen_slots from cronmill_cron.demand as d where d.processor = 'work'"
                try await fixture.enqueue(120)
                // Of a group one is done at a time, whoever does it.
                _ = try await fixture.rows(
                    """
                    select count(cronmill.enqueue('letters', jsonb_build_object('n', 200 + g), group_key => 'one'))
                    from generate_series(1, 3) as g
                    """
                )
                try await eventually("all of its slots are at work", within: .seconds(120)) {
                    try await fixture.cronRows(slots) == ["3|3"]
                }
                let clean = try await fixture.cronmillHere("sync", "--check")
                #expect(clean.exitCode == 0, "\(clean.output)\(clean.errors)")
                try await eventually("all is done", within: .seconds(120)) {
                    try await fixture.done() == Array(1...120) + [201, 202, 203]
                }
                try await eventually("both are asleep") { try await Self.states(fixture) == ["asleep", "asleep"] }
                #expect(try await fixture.cronRows(slots) == ["1|0"])

                _ = try await fixture.rows(
                    """
                    select
                        cronmill.enqueue('letters', '{"n": 301}', run_at => clock_timestamp() + interval '4 seconds'),
                        cronmill.enqueue('work', jsonb_build_object(
                            'n', 302, 'fails_until', clock_timestamp() + interval '3 seconds'))
                    """
                )
                try await eventually("both are done, and asleep again") {
                    guard try await fixture.done().suffix(2) == [301, 302] else { return false }
                    return try await Self.states(fixture) == ["asleep", "asleep"]
                }
                #expect(
                    try await fixture.cronRows(
                        "select count(*) from cron.job_run_details as r where r.status not in ('succeeded', 'running')"
                    ) == ["0"]
                )
            }
        }
    }

    @Test("one with times of its own sleeps until then, whatever rings")
    func rareSchedule() async throws {
        try await withServer { server in
            guard try await !ServerAbilities(of: server).runsOneAtATime else { return }
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp(schedule: "0 3 * * *", "--sleep-after", "1s", "--enable")
                let status = try await fixture.cronmillHere("status")
                #expect(status.output.contains("its schedule wakes it"), "\(status.output)")
                try await fixture.whenNoBackendWorks()
                try await Self.script(fixture, "update cron.job set active = false")
                let zone = try await fixture.cronRows("select r.zone from cronmill_cron.schedule_rules() as r")[0]
                let nextTime: SQL =
                    "select to_char(d.next_at at time zone \(zone), 'HH24:MI') from cronmill_cron.demand as d"
                #expect(try await fixture.cronRows(nextTime) == ["03:00"])
                try await fixture.enqueue(2)
                try await Self.script(
                    fixture,
                    "update cronmill_cron.demand set changed_at = now() - interval '2 hours'"
                )
                #expect(try await Self.look(fixture) == ["asleep|-"])

                try await Self.script(fixture, "update cronmill_cron.demand set next_at = now()")
                #expect(try await Self.look(fixture) == ["granted|time"])
                try await Self.callUntilAsleep(fixture)
                #expect(try await fixture.done() == [1, 2])
                #expect(try await fixture.cronRows(nextTime) == ["03:00"])
                #expect(try await Self.schedules(fixture) == ["0 0 31 2 *"])
                let refused = try await fixture.cronmillHere("configure", "work", "--schedule", "30 seconds")
                #expect(refused.exitCode != 0)
            }
        }
    }

    @Test("a transaction that is open when it would fall asleep keeps it awake for some seconds, and finds it so")
    func patient() async throws {
        try await withAsleep { fixture in
            try await Self.standUp(fixture)
            let producer = try await fixture.connect()
            try await producer.script("begin; select cronmill.enqueue('work', '{\"n\": 1}')")
            async let run: Void = fixture.call()
            // It has nothing to do, and tries at once.
            try await Task.sleep(for: .seconds(2))
            try await producer.script("commit")
            try await run
            #expect(try await fixture.done() == [1])
            #expect(
                try await fixture.rows(
                    "select r.done, r.end_reason from cronmill.run as r order by r.run_id desc limit 1"
                ) == ["1|asleep"]
            )
            await producer.close()
        }
    }

    @Test("settings can be changed by SQL while the dispatcher changes the state of their processor")
    func changedMeanwhile() async throws {
        try await withAsleep { fixture in
            let dispatcher = try await fixture.server.connect("postgres")
            try await dispatcher.script("begin; update cronmill_cron.demand set seen_at = now()")
            // Through a link, whose transaction could not change, nor lock, what has changed since it began.
            try await fixture.script("update cronmill.processor set slots = 3")
            try await dispatcher.script("commit")
            await dispatcher.close()
            #expect(try await fixture.cronRows("select count(*) from cron.job where jobname like '%#%'") == ["3"])
        }
    }
}

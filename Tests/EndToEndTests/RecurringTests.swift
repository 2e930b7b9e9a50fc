import Postgres
import Testing

/// Recurring templates: each tick makes one task, whoever fires it and whatever happens meanwhile.
@Suite("Recurring", .timeLimit(.minutes(60)))
struct RecurringTests {
    /// Fires what is due at a moment, as a run does; the moment is SQL.
    static func fire(_ fixture: Fixture, at moment: String, most: Int = 1000) async throws -> Int {
        let rows = try await fixture.rows(
            """
            select cronmill.fire_templates(q.queue_id, \(unsafeRaw: moment), \(most)) from cronmill.queue as q
            where q.name = 'work'
            """
        )
        return Int(rows[0]) ?? -1
    }

    /// The ticks of the tasks that wait, in the order in which they are done.
    static func ticks(_ fixture: Fixture) async throws -> [String] {
        try await fixture.rows(
            "select t.payload ->> '_tick' from cronmill.task as t order by t.priority desc, t.run_at, t.task_id"
        )
    }

    static func set(_ fixture: Fixture, _ more: String...) async throws -> ProgramResult {
        try await fixture.cronmillHere(
            ["recurring", "set", "minutely", "--queue", "work", "--payload", #"{"n": 1}"#, "--schedule", "* * * * *"]
                + more
        )
    }

    static let nextAt: SQL = "select r.next_at from cronmill.recurring as r"

    @Test("a run fires what is due first thing, does it, and moves the template on; another one fires nothing")
    func run() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            let made = try await Self.set(fixture)
            #expect(made.exitCode == 0, "\(made.errors)")
            #expect(made.errors.contains("recurring template minutely made\n"))
            try await fixture.script(
                "update cronmill.recurring set next_at = date_trunc('minute', now()) - interval '5 minutes'"
            )
            try await fixture.call()
            try await fixture.call()
            #expect(try await fixture.done() == [1])
            #expect(
                try await fixture.rows(
                    """
                    select (d.payload ->> '_tick')::timestamptz = r.last_at, r.next_at > now(), r.last_task_id is not null
                    from app.done as d cross join cronmill.recurring as r
                    """
                ) == ["t|t|t"]
            )
        }
    }

    @Test("who is disabled or paused fires nothing; then catch-up decides")
    func disabled() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let warned = try await Self.set(fixture, "--catch-up", "all")
            #expect(warned.errors.contains("processor \"work\" is disabled: nothing fires \"minutely\" meanwhile"))
            try await fixture.script(
                "update cronmill.recurring set next_at = date_trunc('minute', now()) - interval '3 minutes'"
            )
            try await fixture.call(slot: 0)
            #expect(try await fixture.done() == [])
            try await fixture.script("update cronmill.processor set enabled = true")
            try await fixture.call(slot: 0)
            #expect(try await fixture.done().count >= 4)
        }
    }

    @Test("eight sessions at once, of which some are killed, make one task of each tick")
    func competing() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.script(
                """
                select cronmill.set_recurring(
                    'every minute ' || n, 'work', '* * * * *', jsonb_build_object('payload', jsonb_build_object('n', n)),
                    catch_up => 'all')
                from generate_series(1, 50) as n
                """
            )
            try await fixture.script("update cronmill.recurring set next_at = '2027-01-01 12:00+00'")
            let minutes = 40
            await withTaskGroup(of: Void.self) { group in
                for _ in 1...8 {
                    group.addTask {
                        for minute in 0..<minutes {
                            // A session that is killed is made anew.
                            for _ in 1...3 {
                                let moment = "'2027-01-01 12:00:00+00'::timestamptz + interval '\(minute) minutes'"
                                if (try? await Self.fire(fixture, at: moment, most: 30)) != nil { break }
                            }
                        }
                    }
                }
                group.addTask {
                    for _ in 1...30 {
                        _ = try? await fixture.rows(
                            """
                            select count(pg_terminate_backend(a.pid)) from (
                                select a.pid from pg_stat_activity as a
                                where a.datname = current_database() and a.query like '%fire_templates%'
                                    and a.pid <> pg_backend_pid()
                                order by random() limit 1
                            ) as a
                            """
                        )
                        try? await Task.sleep(for: .milliseconds(40))
                    }
                }
            }
            for _ in 1...100 where try await Self.fire(fixture, at: "'2027-01-01 12:39+00'", most: 1000) == 0 { break }
            #expect(
                try await fixture.rows(
                    "select count(*), count(distinct (t.payload ->> 'n', t.run_at)), max(t.run_at) = '2027-01-01 12:39+00' from cronmill.task as t"
                ) == ["\(50 * minutes)|\(50 * minutes)|t"]
            )
        }
    }

    @Test("with overlap skip there is no new task while one waits, is at work, or is to be tried again")
    func overlap() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.makeHandlerWait()
            let made = try await Self.set(fixture, "--overlap", "skip")
            #expect(made.exitCode == 0, "\(made.errors)")
            var minute = 0
            func tick() async throws -> [String] {
                minute += 1
                try await fixture.script(
                    "update cronmill.recurring set next_at = '2026-01-01 12:00+00'::timestamptz + interval '\(minute) minutes', last_at = null"
                )
                let before = try await fixture.rows("select count(*) from cronmill.task")
                _ = try await Self.fire(
                    fixture,
                    at: "'2026-01-01 12:00:10+00'::timestamptz + interval '\(minute) minutes'"
                )
                return before + (try await fixture.rows("select count(*) from cronmill.task"))
            }
            #expect(try await tick() == ["0", "1"])
            #expect(try await tick() == ["1", "1"], "it waits")
            let blocker = try await fixture.connect()
            try await blocker.execute("select pg_advisory_lock(4711)")
            let run = Task { try await fixture.call(slot: 0) }
            try await fixture.handlerWaits()
            let start = ContinuousClock.now
            // To all but its slot it is there still.
            #expect(try await tick() == ["1", "1"], "it is at work")
            let again = try await fixture.cronmillHere("recurring", "run-now", "minutely")
            #expect(again.exitCode == 1)
            #expect(ContinuousClock.now - start < .seconds(10), "no handler is waited for")
            await blocker.close()
            try await run.value
            #expect(try await tick() == ["0", "1"], "it is done")
            try await fixture.script(
                "update cronmill.task set run_at = now() + interval '1 hour', attempts = 1, failed_at = now()"
            )
            #expect(try await tick() == ["1", "1"], "it is to be tried again")
        }
    }

    @Test("to change or enable one never fires what was due before; the same again changes nothing")
    func editing() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp("--enable")
            _ = try await Self.set(fixture, "--catch-up", "all")
            let again = try await Self.set(fixture, "--catch-up", "all")
            #expect(again.errors == "\(fixture.database): nothing to change\n")
            let past = "update cronmill.recurring set next_at = '2026-01-01 12:00+00', last_at = null where enabled"
            try await fixture.script(past)
            // What is due, and not changed, is left as it is.
            _ = try await Self.set(fixture, "--catch-up", "all")
            #expect(try await fixture.rows("select next_at < now() from cronmill.recurring") == ["t"])
            let changed = try await Self.set(fixture, "--catch-up", "all", "--overlap", "skip")
            #expect(changed.errors.contains("recurring template minutely changed"))
            #expect(try await fixture.rows("select next_at > now() from cronmill.recurring") == ["t"])
            try await fixture.script(past)
            for command in ["disable", "enable", "enable"] {
                let result = try await fixture.cronmillHere("recurring", command, "minutely")
                #expect(result.exitCode == 0, "\(result.errors)")
            }
            #expect(try await fixture.rows("select next_at > now() from cronmill.recurring") == ["t"])
            let before = try await fixture.rows(Self.nextAt)
            let ran = try await fixture.cronmillHere("recurring", "run-now", "minutely")
            #expect(ran.exitCode == 0, "\(ran.errors)")
            #expect(try await fixture.rows(Self.nextAt) == before)
            #expect(try await fixture.rows("select count(*) from cronmill.task") == ["1"])
            // The clock was set back: what was fired is not fired again.
            try await fixture.script(
                "update cronmill.recurring set next_at = '2100-01-01 12:01+00', last_at = '2100-01-01 12:00+00'"
            )
            _ = try await Self.set(fixture, "--catch-up", "one")
            #expect(try await fixture.rows("select next_at = '2100-01-01 12:01+00' from cronmill.recurring") == ["t"])
        }
    }

    @Test("a week of minutes is made up for a thousand at a time")
    func portions() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            _ = try await Self.set(fixture, "--catch-up", "all", "--catch-up-within", "7d")
            try await fixture.script("update cronmill.recurring set next_at = '2027-01-01 00:00+00'")
            var fired: [Int] = []
            while let last = Optional(try await Self.fire(fixture, at: "'2027-01-03 00:00+00'")), last > 0 {
                fired.append(last)
            }
            #expect(fired == [1000, 1000, 881])
            let ticks = try await Self.ticks(fixture)
            #expect(ticks.first == "2027-01-01T00:00:00Z")
            #expect(ticks.last == "2027-01-03T00:00:00Z")
            #expect(ticks == ticks.sorted())
        }
    }

    @Test("one that cannot be fired disables itself, with the reason, and holds up no other")
    func failing() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            _ = try await Self.set(fixture)
            try await fixture.script(
                """
                select cronmill.set_recurring('lost', 'work', '0 0 * * *', '{"payload": {}}');
                update cronmill.recurring set next_at = '2026-01-01 12:00+00';
                update cronmill.recurring set zone = 'Nowhere/Here' where name = 'lost'
                """
            )
            #expect(try await Self.fire(fixture, at: "'2026-01-01 12:00:01+00'") == 1)
            let listed = try await fixture.cronmillHere("recurring", "list")
            #expect(listed.exitCode == 0, "\(listed.errors)")
            #expect(listed.errors.contains("\"lost\" disabled itself: time zone \"Nowhere/Here\" not recognized"))
            let status = try await fixture.cronmillHere("status")
            #expect(status.errors.contains("recurring template \"lost\" has not been fired"), "\(status.errors)")
            try await fixture.script("update cronmill.recurring set zone = 'UTC'")
            _ = try await fixture.cronmillHere("recurring", "enable", "lost")
            #expect(
                try await fixture.rows("select enabled, error from cronmill.recurring where name = 'lost'") == ["t|-"]
            )
        }
    }

    @Test("a processor that sleeps is woken for the tick, and for a template that is made meanwhile")
    func sleeping() async throws {
        try await withServer { server in
            guard try await !ServerAbilities(of: server).runsOneAtATime else { return }
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp(schedule: nil, "--sleep-after", "1s", "--enable")
                try await eventually("it is asleep") { try await SleepTests.states(fixture) == ["asleep"] }
                let made = try await Self.set(fixture)
                #expect(made.exitCode == 0, "\(made.errors)")
                try await eventually("two ticks are done") { try await fixture.done().count >= 2 }
                #expect(
                    try await fixture.rows("select count(distinct payload ->> '_tick') = count(*) from app.done") == [
                        "t"
                    ]
                )
                try await eventually("it is asleep until the next tick") {
                    guard try await SleepTests.states(fixture) == ["asleep"] else { return false }
                    let next = try await fixture.cronRows("select d.next_at from cronmill_cron.demand as d")
                    return try await fixture.rows(Self.nextAt) == next
                }
            }
        }
    }

    @Test("templates whose unique key somebody holds stall neither the tasks of the queue nor another template")
    func heldKeys() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            _ = try await fixture.rows(
                """
                select cronmill.set_recurring(
                    'k' || n, 'work', '* * * * *', '{"payload": {"n": 0}, "unique_key": "K"}')
                from generate_series(1, 60) as n
                union all
                select cronmill.set_recurring('innocent', 'work', '* * * * *', '{"payload": {"n": 1}}')
                """
            )
            try await fixture.script(
                """
                update cronmill.recurring
                set next_at = date_trunc('minute', clock_timestamp()) - interval '2 minutes' * (name <> 'innocent')::integer
                """
            )
            let holder = try await fixture.connect()
            try await holder.script("begin; select cronmill.enqueue('work', '{}', unique_key => 'K')")
            let looker = try await fixture.connect()
            // Sixty that are waited for a second each took a minute.
            try await looker.execute("set statement_timeout = '20s'")
            try await eventually("the other one is fired", within: .seconds(60)) {
                try await looker.execute(
                    """
                    select cronmill.fire_templates(q.queue_id, clock_timestamp(), 100) from cronmill.queue as q
                    """
                )
                return try await fixture.rows("select payload ->> 'n' from cronmill.task") == ["1"]
            }
            #expect(try await fixture.rows("select count(*) from cronmill.recurring where not enabled") == ["0"])
            await looker.close()
            await holder.close()
        }
    }
}

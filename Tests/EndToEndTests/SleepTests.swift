import Postgres
import Testing

/// Slots on demand: who has nothing to do gives his place in pg_cron back, and gets one again when there is a task.
@Suite("Sleep", .timeLimit(.minutes(60)))
struct SleepTests {
    @Test("a processor without tasks falls asleep; a task wakes it, it is done once, and status says so all the time")
    func whole() async throws {
        try await withServer { server in
            guard try await !ServerAbilities(of: server).runsOneAtATime else { return }
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp(schedule: nil, "--sleep-after", "2s", "--enable")
                #expect(try await Self.verdict(fixture) == "waiting")
                try await eventually("it is asleep") { try await Self.states(fixture) == ["asleep"] }
                #expect(try await Self.verdict(fixture) == "asleep")
                #expect(try await Self.schedules(fixture) == ["0 0 31 2 *"])
                for count in 1...2 {
                    _ = try await fixture.rows(
                        "select cronmill.enqueue('work', jsonb_build_object('n', \(count)::integer))"
                    )
                    try await eventually("task \(count) is done") { try await fixture.done().count == count }
                    try await eventually("it is asleep again") { try await Self.states(fixture) == ["asleep"] }
                }
                #expect(try await fixture.done() == [1, 2])
                #expect(try await Self.schedules(fixture) == ["0 0 31 2 *"])
                let clean = try await fixture.cronmillHere("sync", "--check")
                #expect(clean.exitCode == 0, "\(clean.output)\(clean.errors)")
                #expect(
                    try await fixture.cronRows(
                        "select distinct r.status from cron.job_run_details as r where r.command like 'call cronmill_processor%'"
                    ) == ["succeeded"]
                )
                #expect(try await fixture.cronRows("select a.kind, a.detail from cronmill_cron.alarm as a") == [])
            }
        }
    }

    @Test("whatever makes a task ready rings, and nothing else does")
    func rings() async throws {
        try await withAsleep { fixture in
            func isWoken(
                _ what: Comment,
                sourceLocation: SourceLocation = #_sourceLocation,
                _ body: () async throws -> Void
            ) async throws {
                try await Self.fallAsleep(fixture)
                try await body()
                #expect(try await Self.look(fixture) == ["granted|ring"], what, sourceLocation: sourceLocation)
                try await fixture.script("delete from cronmill.task")
            }
            try await isWoken("enqueue") { _ = try await fixture.rows("select cronmill.enqueue('work', '{}')") }
            try await isWoken("enqueue_many") { try await fixture.enqueue(3) }
            try await isWoken("envelopes") {
                let result = try await fixture.cronmillHere(
                    "enqueue",
                    "--queue",
                    "work",
                    "--envelope",
                    "-",
                    input: #"{"payload":{"n":1},"priority":5}"#
                )
                #expect(result.exitCode == 0, "\(result.errors)")
            }
            try await isWoken("COPY") {
                let result = try await fixture.cronmillHere("enqueue", "--queue", "work", "-", input: "{}\n{}\n")
                #expect(result.exitCode == 0, "\(result.errors)")
            }
            try await isWoken("redrive") {
                try await fixture.script(
                    """
                    insert into cronmill.dead_task (
                        task_id, queue_id, priority, attempts, run_at, enqueued_at, payload, failed_at, error_sqlstate,
                        error_message
                    )
                    select 1000000, q.queue_id, 0, 1, now(), now(), '{}', now(), 'XX000', 'x' from cronmill.queue as q
                    """
                )
                _ = try await fixture.rows("select redriven from cronmill.redrive('work')")
            }
            try await isWoken("resume") {
                try await fixture.script("update cronmill.processor set paused = true")
                #expect(try await Self.look(fixture) == ["asleep|-"])
                try await fixture.script("update cronmill.processor set paused = false")
            }

            try await Self.fallAsleep(fixture)
            try await fixture.script("begin; select cronmill.enqueue('work', '{}'); rollback")
            #expect(try await Self.look(fixture) == ["asleep|-"])
            // For later: it is not ready now, and the one who rang is told nothing of a time.
            _ = try await fixture.rows(
                "select cronmill.enqueue('work', '{}', run_at => clock_timestamp() + interval '1 hour')"
            )
            #expect(try await Self.look(fixture) == ["granted|ring"])
            try await Self.fallAsleep(fixture)
            #expect(
                try await fixture.cronRows(
                    "select d.next_at between now() + interval '59 minutes' and now() + interval '1 hour' from cronmill_cron.demand as d"
                ) == ["t"]
            )
            try await Self.script(fixture, "update cronmill_cron.demand set next_at = now()")
            #expect(try await Self.look(fixture) == ["granted|time"])
        }
    }

    @Test("a producer that has not ended when it falls asleep is waited for, or it has itself woken soon")
    func producers() async throws {
        try await withAsleep { fixture in
            for isolation in ["read committed", "repeatable read", "serializable"] {
                // It looked at the bit before that was set.
                try await Self.standUp(fixture)
                let before = try await fixture.connect()
                try await before.execute("begin isolation level \(unsafeRaw: isolation)")
                _ = try await before.query("select cronmill.enqueue('work', '{}')")
                try await Self.callUntilAsleep(fixture)
                #expect(
                    try await fixture.cronRows(
                        "select d.state, d.next_at < now() + interval '11 seconds' from cronmill_cron.demand as d"
                    ) == ["asleep|t"],
                    "\(isolation)"
                )
                try await before.execute("rollback")
                await before.close()

                // Its snapshot is older than the sleep.
                try await Self.standUp(fixture)
                let older = try await fixture.connect()
                try await older.execute("begin isolation level \(unsafeRaw: isolation)")
                _ = try await older.query("select count(*) from cronmill.task")
                try await Self.fallAsleep(fixture)
                _ = try await older.query("select cronmill.enqueue('work', '{}')")
                try await older.execute("commit")
                await older.close()
                #expect(try await Self.look(fixture) == ["granted|ring"], "\(isolation)")
                try await fixture.script("delete from cronmill.task")
            }
        }
    }

    @Test(
        "who ends a pause, and has not ended, is waited for as a producer is; a ring that somebody has removed is rung anew"
    )
    func resumed() async throws {
        try await withAsleep { fixture in
            try await Self.fallAsleep(fixture)
            _ = try await fixture.rows("select cronmill.enqueue('work', '{}')")
            #expect(try await Self.look(fixture) == ["granted|ring"])
            try await fixture.script("update cronmill.processor set paused = true")
            try await Self.standUp(fixture)
            let resuming = try await fixture.connect()
            try await resuming.execute("begin")
            try await resuming.execute("update cronmill.processor set paused = false")
            try await Self.callUntilAsleep(fixture)
            #expect(
                try await fixture.cronRows(
                    "select d.state, d.next_at < now() + interval '11 seconds' from cronmill_cron.demand as d"
                ) == ["asleep|t"]
            )
            try await resuming.execute("commit")
            await resuming.close()

            try await Self.fallAsleep(fixture)
            let link = try await fixture.rows("select i.link_role from cronmill.installation as i")[0]
            try await fixture.script("alter role \"\(link)\" in database \(fixture.database) reset all")
            _ = try await fixture.rows("select cronmill.enqueue('work', '{}')")
            #expect(try await Self.look(fixture) == ["granted|ring"])
        }
    }

    @Test("a place whose runs ended with the server, or cannot begin their tasks, is given to others")
    func unseen() async throws {
        try await withAsleep { fixture in
            // The server has started since, and nobody is at work.
            for state in ["granted", "awake"] {
                try await Self.script(
                    fixture,
                    "update cronmill_cron.demand set state = '\(state)', changed_at = pg_postmaster_start_time() - interval '1 second'"
                )
                #expect(try await Self.look(fixture) == ["granted|start"])
            }
            // A group whose first task waits for its next attempt holds the others up.
            try await fixture.script(
                """
                select cronmill.enqueue('work', '{}', run_at => now() + interval '1 hour', group_key => 'g');
                select cronmill.enqueue('work', '{}', group_key => 'g')
                """
            )
            let cron = try await fixture.server.connect()
            _ = try await cron.query(
                """
                select cronmill_cron.hold_back(array[0, cronmill_cron.yield_key(d.oid, 'work')])
                from pg_database as d where d.datname = \(fixture.database)
                """
            )
            try await Self.standUp(fixture)
            try await fixture.call()
            await cron.close()
            #expect(
                try await fixture.rows("select r.end_reason from cronmill.run as r order by r.run_id desc limit 1")
                    == ["yielded"]
            )
            #expect(try await Self.states(fixture) == ["wanted"])
        }
    }

    @Test("who rings beside others does not wait for them; one that is rolled back takes no other ring along")
    func ringers() async throws {
        try await withAsleep { fixture in
            try await Self.fallAsleep(fixture)
            var ringing: [Connection] = []
            for _ in 1...2 {
                let producer = try await fixture.connect()
                try await producer.execute("begin")
                _ = try await producer.query("select cronmill.enqueue('work', '{}')")
                ringing.append(producer)
            }
            let waits = "set statement_timeout = '5s'; select cronmill.enqueue('work', '{}')"
            try await fixture.script(waits)
            for producer in ringing { try await producer.execute("rollback") }
            #expect(try await Self.look(fixture) == ["granted|ring"])

            // With three at it nobody else rings; that they do is seen.
            try await Self.fallAsleep(fixture, finds: 1)
            ringing.append(try await fixture.connect())
            for producer in ringing {
                try await producer.execute("begin")
                _ = try await producer.query("select cronmill.enqueue('work', '{}')")
            }
            try await fixture.script(waits)
            #expect(try await Self.look(fixture) == ["asleep|-"])
            try await Self.script(fixture, "update cronmill_cron.demand set changed_at = now() - interval '11 seconds'")
            #expect(try await Self.look(fixture) == ["granted|ringing"])
            for producer in ringing {
                try await producer.execute("rollback")
                await producer.close()
            }
            // What nobody rang for is found by the sweep.
            try await Self.fallAsleep(fixture, finds: 1)
        }
    }

    @Test("while the registry cannot be reached producers notice nothing, and the processor stays awake")
    func unreachable() async throws {
        try await withAsleep { fixture in
            let link = try await fixture.rows("select i.link_role from cronmill.installation as i")[0]
            try await fixture.script("alter role \"\(link)\" nologin")
            try await Self.standUp(fixture)
            try await fixture.enqueue(2)
            try await fixture.call()
            #expect(try await fixture.done() == [1, 2])
            #expect(
                try await fixture.rows("select r.end_reason from cronmill.run as r order by r.run_id desc limit 1") == [
                    "budget"
                ]
            )
            #expect(try await Self.states(fixture) == ["awake"])
            try await fixture.script("alter role \"\(link)\" login")
            try await Self.fallAsleep(fixture)
        }
    }

    @Test("a processor that sleeps in the cron database itself is woken by a task there")
    func cronDatabase() async throws {
        try await withServer { server in
            guard try await !ServerAbilities(of: server).runsOneAtATime else { return }
            let cron = try await server.connect()
            try await cron.script(
                """
                create role runner login;
                create table public.done (n integer);
                grant insert on public.done to runner;
                create function public.work(payload jsonb) returns void
                language sql as $$ insert into public.done values ((payload ->> 'n')::integer) $$
                """
            )
            let result = try await server.cronmill([
                "setup", "--database", "postgres", "--queue", "work", "--handler", "public.work", "--run-as", "runner",
                "--sleep-after", "1s", "--enable",
            ])
            try #require(result.exitCode == 0, "\(result.errors)")
            let state: SQL = "select d.state from cronmill_cron.demand as d"
            try await eventually("it is asleep") { try await cron.query(state).first?.get("state") == "asleep" }
            _ = try await cron.query("select cronmill.enqueue('work', '{\"n\": 1}')")
            try await eventually("the task is done") {
                try await cron.query("select 1 as n from public.done").count == 1
            }
            try await eventually("it is asleep") { try await cron.query(state).first?.get("state") == "asleep" }
            await cron.close()
        }
    }

    @Test("no more are at work than the budget says, nobody waits for ever, and all is done once")
    func budget() async throws {
        try await withServer { server in
            guard try await ServerAbilities(of: server).hasSeconds else { return }
            try await withDatabases(4, on: server, waitsForTurn: false) { fixture in
                for database in fixture.databases {
                    try await fixture.script(
                        """
                        create or replace function app.work(payload jsonb) returns void language plpgsql as $$
                        begin
                            perform pg_sleep(0.3);
                            insert into app.done (n, payload) values ((payload ->> 'n')::bigint, payload);
                        end $$
                        """,
                        in: database
                    )
                }
                try await fixture.setUp(
                    schedule: nil,
                    "--sleep-after",
                    "2s",
                    "--budget",
                    "2",
                    "--quantum",
                    "3s",
                    "--enable"
                )
                // Long enough for each to be asked to give way, also where it begins as a minute ends.
                for database in fixture.databases { try await fixture.enqueue(40, in: database) }
                var most = 0
                try await eventually("all is done", within: .seconds(300)) {
                    let slots = try await fixture.cronRows(
                        """
                        select count(distinct l.pid) from pg_locks as l
                        where l.locktype = 'advisory' and l.classid = cronmill_cron.lock_class('slot')::oid
                        """
                    )
                    most = max(most, Int(slots[0]) ?? 0)
                    for database in fixture.databases where try await fixture.done(in: database).count < 40 {
                        return false
                    }
                    return true
                }
                #expect(most == 2)
                for database in fixture.databases {
                    #expect(try await fixture.done(in: database) == Array(1...40))
                    let reasons = try await fixture.rows(
                        "select count(*) > 0 from cronmill.run as r where r.end_reason = 'yielded'",
                        in: database
                    )
                    #expect(reasons == ["t"])
                }
            }
        }
    }

    @Test("locks by which slots are asked to yield count only if the registry's owner has them")
    func forged() async throws {
        try await withAsleep { fixture in
            let cron = try await fixture.server.connect("postgres", as: fixture.runner)
            _ = try await cron.query(
                """
                select pg_advisory_lock(1668443507, 0),
                    pg_advisory_lock(1668443507, hashtext(format('%s/work', d.oid)))
                from pg_database as d where d.datname = \(fixture.database)
                """
            )
            let asked: SQL = "select y.others_wait, y.must_yield from cronmill.is_asked_to_yield(1) as y"
            #expect(try await fixture.rows(asked) == ["f|f"])
            await cron.close()
            let owner = try await fixture.server.connect()
            _ = try await owner.query(
                """
                select cronmill_cron.hold_back(array[0, cronmill_cron.yield_key(d.oid, 'work')])
                from pg_database as d where d.datname = \(fixture.database)
                """
            )
            #expect(try await fixture.rows(asked) == ["t|t"])
            _ = try await owner.query("select cronmill_cron.hold_back(array[0])")
            #expect(try await fixture.rows(asked) == ["t|f"])
            _ = try await owner.query("select cronmill_cron.hold_back('{}')")
            #expect(try await fixture.rows(asked) == ["f|f"])
            await owner.close()
        }
    }

    @Test(
        "what cannot be is refused, with what to do",
        arguments: [
            (["--sleep-after", "0"], 64, "--sleep-after 0: the shortest is 1s"),
            (["--sleep-after", "900ms"], 64, "--sleep-after 900ms: the shortest is 1s"),
            (["--sleep-after", "soon"], 64, "--sleep-after"),
            (["--sleep-after", "2d"], 64, "--sleep-after 2d: the longest is 1d"),
            (["--budget", "0"], 64, "--budget 0: a number from 1 to 10000, or auto"),
            (["--budget", "1000"], 1, "1000"),
            (["--quantum", "10ms"], 64, "--quantum 10ms: the shortest is 1s"),
            (["--reserve", "-1"], 64, "--reserve"),
        ]
    )
    func refused(arguments: [String], status: Int32, message: String) async throws {
        try await withServer { server in
            guard try await ServerAbilities(of: server).hangsAboveLimit else { return }
            try await withDatabases(on: server, waitsForTurn: false) { fixture in
                let result = try await fixture.cronmill(fixture.setupArguments(schedule: nil, arguments))
                #expect(result.exitCode == status, "\(result.errors)")
                #expect(result.errors.contains(message), "\(result.errors)")
            }
        }
    }
}

extension SleepTests {
    /// A processor that sleeps on a server whose pg_cron does nothing: the test looks, and calls its procedure itself.
    func withAsleep(_ databases: [String] = [], _ body: (Fixture) async throws -> Void) async throws {
        try await withServer { server in
            guard try await !ServerAbilities(of: server).runsOneAtATime else { return }
            try await withDatabases(named: databases, on: server, waitsForTurn: false) { fixture in
                try await fixture.setUp(schedule: nil, "--sleep-after", "1s", "--linger", "8s", "--enable")
                try await fixture.whenNoBackendWorks()
                try await Self.script(fixture, "update cron.job set active = false")
                try await body(fixture)
            }
        }
    }

    /// Has a run begin, find nothing, and fall asleep; and forgets that this was a moment ago.
    static func fallAsleep(_ fixture: Fixture, finds count: Int = 0) async throws {
        try await standUp(fixture)
        try await callUntilAsleep(fixture)
        if count > 0 { #expect(try await fixture.rows("select count(*) from cronmill.task") == ["0"]) }
        // What is older than the server is woken for that, and a quick machine has just started it.
        try await script(
            fixture,
            "update cronmill_cron.demand set changed_at = greatest(now() - interval '5 seconds', pg_postmaster_start_time())"
        )
    }

    /// A run whose minute ends does not fall asleep: the next one does.
    static func callUntilAsleep(_ fixture: Fixture) async throws {
        try await fixture.call()
        if try await states(fixture) == ["awake"] { try await fixture.call() }
        #expect(try await states(fixture) == ["asleep"])
    }

    /// As if pg_cron had been told to start it a while ago.
    static func standUp(_ fixture: Fixture) async throws {
        try await script(
            fixture,
            "update cronmill_cron.demand set state = 'awake', changed_at = now() - interval '5 seconds'"
        )
        try await fixture.script("update cronmill.sleep set told_at = told_at - interval '5 seconds'")
    }

    static func look(_ fixture: Fixture) async throws -> [String] {
        #expect(try await fixture.cronRows("select cronmill_cron.look()") == ["-"])
        return try await fixture.cronRows("select d.state, d.cause from cronmill_cron.demand as d")
    }

    static func states(_ fixture: Fixture) async throws -> [String] {
        try await fixture.cronRows("select d.state from cronmill_cron.demand as d")
    }

    static func schedules(_ fixture: Fixture) async throws -> [String] {
        try await fixture.cronRows("select j.schedule from cron.job as j where j.database = \(fixture.database)")
    }

    static func verdict(_ fixture: Fixture) async throws -> String? {
        let result = try await fixture.cronmillHere("status", "--json")
        let verdicts = ["waiting", "asleep", "idle", "ok", "drifted", "overdue", "unknown"]
        return verdicts.first { result.output.contains(#""verdict": "\#($0)""#) }
    }

    static func script(_ fixture: Fixture, _ text: String) async throws {
        try await fixture.script(text, in: "postgres")
    }
}

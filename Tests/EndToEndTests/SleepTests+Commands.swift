import Foundation
import Postgres
import Testing

extension SleepTests {
    @Test(
        "one that is disabled is woken by nothing, whatever it was doing; enabled again, it does what has come meanwhile"
    )
    func disabled() async throws {
        try await withAsleep { fixture in
            for (number, state) in ["asleep", "wanted", "granted", "awake"].enumerated() {
                try await Self.fallAsleep(fixture)
                try await Self.set(state, fixture)
                let disabled = try await fixture.cronmillHere("disable", "work")
                #expect(disabled.exitCode == 0, "\(disabled.errors)")
                #expect(try await Self.states(fixture) == ["asleep"], "\(state)")
                #expect(try await Self.schedules(fixture) == ["0 0 31 2 *"], "\(state)")

                _ = try await fixture.rows(
                    "select cronmill.enqueue('work', jsonb_build_object('n', \(number)::integer))"
                )
                // A run that has not ended takes no place.
                let link = try await fixture.rows("select i.link_role from cronmill.installation as i")[0]
                let teller = try await fixture.connect("postgres", as: link)
                try await teller.execute("insert into cronmill_cron.link_rest (name, state) values ('work', 'awake')")
                await teller.close()
                #expect(try await Self.look(fixture).map { $0.prefix(7) } == ["asleep|"], "\(state)")
                let status = try await fixture.cronmillHere("status", "--json").output
                #expect(status.contains(#""verdict": "disabled""#), "\(status)")
                #expect(status.contains("1 task ready"), "\(status)")

                let enabled = try await fixture.cronmillHere("enable", "work")
                #expect(enabled.exitCode == 0, "\(enabled.errors)")
                // The housekeeper may have looked by now.
                let states = try await Self.states(fixture)
                #expect(states == ["wanted"] || states == ["granted"], "\(state): \(states)")
                try await Self.script(fixture, "update cron.job set active = false")
                #expect(try await Self.look(fixture) == ["granted|enabled"], "\(state)")
                try await Self.standUp(fixture)
                try await fixture.call()
                #expect(try await fixture.done() == Array(0...number), "\(state)")
            }
        }
    }

    @Test("one that is paused is not woken by its tasks; who resumes it wakes it", arguments: [[], ["postgres"]])
    func paused(databases: [String]) async throws {
        try await withAsleep(databases) { fixture in
            try await Self.fallAsleep(fixture)
            let paused = try await fixture.cronmillHere("pause", "work")
            #expect(paused.exitCode == 0, "\(paused.errors)")
            for count in 1...3 {
                _ = try await fixture.rows(
                    "select cronmill.enqueue('work', jsonb_build_object('n', \(count)::integer))"
                )
                #expect(try await Self.look(fixture) == ["asleep|-"])
            }
            let status = try await Self.statusOfSleeper(fixture)
            #expect(status.contains(#""verdict": "paused""#), "\(status)")
            #expect(status.contains("3 tasks ready"), "\(status)")

            // It does not know yet that the pause ends.
            let producer = try await fixture.connect()
            try await producer.execute("begin")
            _ = try await producer.query("select cronmill.enqueue('work', '{\"n\": 4}')")
            let resumed = try await fixture.cronmillHere("resume", "work")
            #expect(resumed.exitCode == 0, "\(resumed.errors)")
            #expect(try await Self.look(fixture) == ["granted|ring"])
            try await Self.standUp(fixture)
            try await Self.callUntilAsleep(fixture)
            #expect(try await fixture.done() == [1, 2, 3])
            #expect(
                try await fixture.cronRows(
                    "select d.state, d.next_at < now() + interval '11 seconds' from cronmill_cron.demand as d"
                ) == ["asleep|t"]
            )
            try await producer.execute("commit")
            await producer.close()
            try await Self.fallAsleep(fixture)
            #expect(try await fixture.done() == [1, 2, 3, 4])
            try await fixture.enqueue(1)
            #expect(try await Self.look(fixture) == ["granted|ring"])
        }
    }

    @Test("tasks that are worked by hand are done once, take no place, and it is woken by the next ones")
    func byHand() async throws {
        try await withAsleep { fixture in
            try await fixture.makeHandlerWait()
            let lock = try await fixture.connect()
            _ = try await lock.query("select pg_advisory_lock(4711)")
            try await Self.fallAsleep(fixture)
            try await fixture.enqueue(2)
            async let processing = fixture.cronmillHere("process", "work")
            try await fixture.handlerWaits()
            // It was rung for; the one who works by hand is none of its slots.
            #expect(try await Self.look(fixture) == ["granted|ring"])
            #expect(
                try await fixture.cronRows(
                    """
                    select n.at_work, s.used
                    from cronmill_cron.demand_now(clock_timestamp()) as n cross join cronmill_cron.demand_summary() as s
                    """
                ) == ["0|1"]
            )
            await lock.close()
            let processed = try await processing
            #expect(processed.exitCode == 0, "\(processed.errors)")
            #expect(try await fixture.done() == [1, 2])

            try await Self.fallAsleep(fixture)
            let status = try await Self.statusOfSleeper(fixture)
            #expect(status.contains(#""verdict": "asleep""#), "\(status)")
            try await fixture.enqueue(3)
            #expect(try await Self.look(fixture) == ["granted|ring"])
            try await Self.fallAsleep(fixture)
            #expect(try await fixture.done() == [1, 1, 2, 2, 3])
        }
    }

    @Test(
        "one that has never run is not taken for another that works as the same role, and tells at once that it works"
    )
    func neighbours() async throws {
        try await withAsleep { fixture in
            try await fixture.makeHandlerWait()
            let lock = try await fixture.connect()
            _ = try await lock.query("select pg_advisory_lock(4711)")
            try await Self.fallAsleep(fixture)
            try await fixture.setUp(queue: "always", "--enable")
            try await fixture.setUp(queue: "third", schedule: nil, "--sleep-after", "1s", "--budget", "1", "--enable")
            try await Self.script(fixture, "update cron.job set active = false")
            try await fixture.script(
                "select cronmill.enqueue('always', '{\"n\": 1}'), cronmill.enqueue('third', '{\"n\": 2}')"
            )
            let state: SQL = "select d.state from cronmill_cron.demand as d where d.processor = 'third'"
            async let always: Void = fixture.call("always")
            try await fixture.handlerWaits()
            #expect(try await fixture.cronRows("select cronmill_cron.look()") == ["-"])
            #expect(try await fixture.cronRows(state) == ["granted"])
            #expect(try await fixture.cronRows("select cronmill_cron.look()") == ["-"])
            #expect(try await fixture.cronRows(state) == ["granted"])
            // Its first task takes long.
            async let third: Void = fixture.call("third")
            // Not at the end of a minute.
            try await eventually("it is seen", within: .seconds(60)) {
                #expect(try await fixture.cronRows("select cronmill_cron.look()") == ["-"])
                return try await fixture.cronRows(state) == ["awake"]
            }
            #expect(
                try await fixture.cronRows(
                    """
                    select n.at_work from cronmill_cron.demand_now(clock_timestamp()) as n where n.processor = 'third'
                    """
                ) == ["1"]
            )
            await lock.close()
            _ = try await (always, third)
            #expect(try await fixture.done() == [1, 2])
            // A run whose minute ends does not fall asleep.
            try await eventually("it falls asleep", within: .seconds(60)) {
                if try await fixture.cronRows(state) == ["awake"] { try await fixture.call("third") }
                return try await fixture.cronRows(state) == ["asleep"]
            }
        }
    }

    @Test("for one that sleeps no more nobody rings; it can sleep again")
    func never() async throws {
        try await withAsleep { fixture in
            let bits: SQL = "select pg_sequence_last_value('cronmill.asleep'::regclass)"
            try await Self.fallAsleep(fixture)
            #expect(try await fixture.rows(bits) != ["0"])
            let never = try await fixture.cronmillHere("configure", "work", "--sleep-after", "never")
            #expect(never.exitCode == 0, "\(never.errors)")
            #expect(try await fixture.rows(bits) == ["0"])
            #expect(try await Self.states(fixture) == [])
            #expect(try await Self.schedules(fixture) == ["* * * * *"])
            let status = try await fixture.cronmillHere("status", "--json")
            #expect(status.output.contains(#""sleep_state": null"#), "\(status.output)")

            try await fixture.enqueue(1)
            let again = try await fixture.cronmillHere("configure", "work", "--sleep-after", "1s")
            #expect(again.exitCode == 0, "\(again.errors)")
            try await Self.script(fixture, "update cron.job set active = false")
            #expect(try await Self.look(fixture) == ["granted|enabled"])
            try await fixture.whenNoBackendWorks()
            try await Self.fallAsleep(fixture)
            #expect(try await fixture.done() == [1])
            try await fixture.enqueue(1)
            #expect(try await Self.look(fixture) == ["granted|ring"])
        }
    }
}

extension SleepTests {
    /// What is said of one that is asleep: its job is active then, and never comes.
    static func statusOfSleeper(_ fixture: Fixture) async throws -> String {
        #expect(try await states(fixture) == ["asleep"])
        let jobs = "where database = '\(fixture.database)' and jobname like '%#1'"
        try await script(fixture, "update cron.job set active = true \(jobs)")
        let status = try await fixture.cronmillHere("status", "--json", "--behind", "1ms")
        try await script(fixture, "update cron.job set active = false \(jobs)")
        return status.output
    }

    /// Puts it into a state, with the schedule its jobs have in it.
    static func set(_ state: String, _ fixture: Fixture) async throws {
        try await script(
            fixture,
            """
            update cronmill_cron.demand set state = '\(state)', changed_at = now() - interval '5 seconds';
            select cronmill_cron.apply_state(d.work_database_id, d.processor) from cronmill_cron.demand as d
            """
        )
    }
}

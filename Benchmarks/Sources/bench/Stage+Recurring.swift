internal import Postgres

extension Stage {
    /// Makes so many templates of one schedule.
    func makeTemplates(_ prefix: String, _ count: Int, schedule: String) async throws {
        try await script(
            """
            select count(cronmill.set_recurring(
                '\(prefix) ' || n, 'ticks', '\(schedule)', jsonb_build_object('payload', jsonb_build_object('n', n))))
            from generate_series(1, \(count)) as n
            """
        )
        try await script("vacuum analyze cronmill.recurring")
    }

    /// Milliseconds from the next tick of every minute to the commit that made its tasks, for each template, in ascending
    /// order; and to the commits of what those tasks did.
    func tickLatencies(_ count: Int) async throws -> (ready: [Double], done: [Double]) {
        let tick: String = try await one(
            "select (date_trunc('minute', clock_timestamp()) + interval '1 minute')::text as tick",
            "tick"
        )
        for _ in 0..<900 {
            try await Task.sleep(for: .milliseconds(100))
            let done: Int = try await one(
                "select count(*) as total from bench.tick as t where t.at = \(tick)::timestamptz",
                "total"
            )
            guard done >= count else { continue }
            let ready = try await rows(
                """
                select (1000 * extract(epoch from pg_xact_commit_timestamp(r.xmin) - r.last_at))::float8 as milliseconds
                from cronmill.recurring as r
                where r.last_at = \(tick)::timestamptz
                order by milliseconds
                """
            ).map { try $0.get("milliseconds", as: Double.self) }
            let effects = try await rows(
                """
                select (1000 * extract(epoch from pg_xact_commit_timestamp(t.xmin) - t.at))::float8 as milliseconds
                from bench.tick as t
                where t.at = \(tick)::timestamptz
                order by milliseconds
                """
            ).map { try $0.get("milliseconds", as: Double.self) }
            guard ready.count == count, effects.count == count else {
                throw InvalidRound("ticks: \(ready.count) templates fired and \(effects.count) tasks done of \(count)")
            }
            return (ready, effects)
        }
        throw InvalidRound("ticks: not all of \(count) tasks of \(tick) were done within 90 s")
    }
}

extension Measurement {
    /// What templates cost that are not due, and how soon those are fired that are all due at once. The tick is the
    /// moment at which one run of the processor ends and the next one begins.
    mutating func measureRecurring() async throws {
        try await stage.setUp(queue: "ticks", handler: "bench.note_tick", isScheduled: true)
        try await stage.cronmill(["enable", "ticks"])
        try await stage.waitForRuns(of: ["ticks"])
        try await Task.sleep(for: .seconds(2))
        let without = try await stage.idleShare(seconds: scale.idleSeconds)
        try await stage.makeTemplates("idle", scale.idleTemplates, schedule: "0 0 1 1 *")
        let with = try await stage.idleShare(seconds: scale.idleSeconds)
        add(
            "\(scale.idleTemplates.grouped) templates that are not due, of one core",
            with - without,
            "%",
            goal: "at most 1",
            note: "beyond the \(without.rounded(2))% of the server with the idle processor"
        )
        try await stage.makeTemplates("busy", scale.dueTemplates, schedule: "* * * * *")
        var (ready, done) = ([Double](), [Double]())
        for _ in 0..<scale.ticks {
            let found = try await stage.tickLatencies(scale.dueTemplates)
            ready += found.ready
            done += found.done
        }
        try await stage.cronmill(["disable", "ticks"])
        ready.sort()
        done.sort()
        let note = "\(scale.dueTemplates.grouped) templates due at the full minute, \(scale.ticks) times"
        add("tick to ready, p50", ready.quantile(0.5), "ms", note: note)
        add("tick to ready, p99", ready.quantile(0.99), "ms", goal: "at most 1500")
        add("tick to done, p99", done.quantile(0.99), "ms")
    }
}

internal import Postgres

extension Deployment {
    /// What runs were like, from pg_cron's history, and their tasks, from the counters of the work databases, up to now.
    ///
    /// - Parameter request: which of them, and how far back.
    /// - Returns: a report even if work databases cannot be asked; no row for what had neither runs nor tasks.
    /// - Throws: `CronmillError` if nothing is installed, for a processor that never had a job, or a database whose runs
    ///   may not be seen; `PostgresError`.
    public func statistics(_ request: StatisticsRequest = StatisticsRequest()) async throws -> StatisticsReport {
        let (window, runs, databases, isSwitchedOff) = try await inRegistry(for: .monitor, of: request.databases) {
            session in
            try Visibility(session).check(request.databases, "runs")
            try Visibility(session).checkRan(request.processors, in: request.databases)
            let window = try StatisticsWindow(request.window, session)
            let runs = try session.query(window.runs(request)).map { try RunStatistics($0) }
            return try (
                window, runs, Visibility(session).databases(among: request.databases), RunHistory(session).isOff()
            )
        }
        var report = StatisticsReport(rows: runs, isSwitchedOff: isSwitchedOff)
        let results = await forEach(databases) { database in
            try await inSetUp(database, for: .monitor) { session in
                try session.query(window.tasks(request)).map {
                    try RunStatistics($0, database: database, window: window)
                }
            }
        }
        for result in results {
            switch result.outcome {
            case .success(let rows): report.rows.merge(rows)
            case .failure(let error): report.notVisible[result.database] = error
            }
        }
        for index in report.rows.indices where report.notVisible[report.rows[index].database] != nil {
            report.rows[index].tasksAreVisible = false
        }
        report.rows.sort { ($0.database, $0.processor, $0.slot ?? 0) < ($1.database, $1.processor, $1.slot ?? 0) }
        return report
    }
}

extension [RunStatistics] {
    /// Adds what is known of tasks to the rows of runs; tasks without runs make rows of their own.
    fileprivate mutating func merge(_ rows: [RunStatistics]) {
        for row in rows {
            if let index = firstIndex(where: {
                ($0.database, $0.processor) == (row.database, row.processor) && $0.slot == row.slot
            }) {
                self[index].tasks = row.tasks
            } else {
                append(row)
            }
        }
    }
}

/// From when to when statistics are, by the database's clock, and the statements that ask for them.
private struct StatisticsWindow: Sendable {
    /// In how many parts the course of tasks is told.
    static let parts = 12

    /// Seconds since 1970.
    let until: Double
    let length: Duration

    init(_ length: Duration, _ session: Session) throws {
        self.length = length
        until = try session.one("select extract(epoch from clock_timestamp())::double precision as until").get("until")
    }

    private var end: SQL { "to_timestamp(\(until)::double precision)" }
    private var since: SQL { "(\(sql: end) - \(length)::interval)" }
    private var before: SQL { "(\(sql: end) - 2 * \(length)::interval)" }

    func runs(_ request: StatisticsRequest) -> SQL {
        """
        select s.database_name, s.processor, s.slot, s.runs, s.failures, s.stopped, s.average, s.p50, s.p95, s.p99,
            s.longest, s.occupied, \(sql: ServerTime.columns("s.last_success", as: "last_success")),
            s.runs_before, s.failures_before, s.average_before, s.occupied_before
        from cronmill_cron.run_statistics(
            \(sql: since), \(sql: end), \(request.databases), \(request.processors), \(request.bySlot)
        ) as s
        """
    }

    func tasks(_ request: StatisticsRequest) -> SQL {
        """
        with run as materialized (
            select p.name as processor, case when \(request.bySlot) then s.slot end as slot,
                nullif(s.slot, 0) as job_slot, r.started_at >= \(sql: since) as is_now,
                r.started_at < \(sql: before) as is_older, r.done, r.failed, r.dead, r.waited, r.worked,
                -- Its slot has begun another one, and it has no end.
                r.ended_at is null
                    and exists (select from cronmill.run as l where l.slot_id = r.slot_id and l.run_id > r.run_id) as is_lost,
                least(floor(extract(epoch from r.started_at - \(sql: since))
                    / extract(epoch from \(length)::interval) * \(Self.parts)), \(Self.parts) - 1) as part
            from cronmill.processor as p
            join cronmill.slot as s on s.processor_id = p.processor_id
            join cronmill.run as r on r.slot_id = s.slot_id
            where (\(request.processors)::text[] is null or p.name = any (\(request.processors)::text[]))
                and (
                    r.started_at between \(sql: before) and \(sql: end)
                    -- One older run tells that the counters reach back.
                    or r.run_id = (select min(o.run_id) from cronmill.run as o where o.slot_id = s.slot_id)
                )
        ),
        histogram as (
            select r.processor, r.slot, h.is_waited, h.place, sum(h.tasks) as tasks
            from run as r
            cross join lateral (
                select true, w.place, w.tasks from unnest(r.waited) with ordinality as w (tasks, place)
                union all
                select false, w.place, w.tasks from unnest(r.worked) with ordinality as w (tasks, place)
            ) as h (is_waited, place, tasks)
            where r.is_now
            group by 1, 2, 3, 4
        ),
        course as (
            select r.processor, r.slot, r.part, sum(r.done) as done from run as r where r.is_now group by 1, 2, 3
        )
        select r.processor, r.slot, count(distinct r.job_slot) as slots,
            sum(r.done) filter (where r.is_now)::bigint as done,
            sum(r.failed) filter (where r.is_now)::bigint as failed,
            sum(r.dead) filter (where r.is_now)::bigint as dead,
            count(*) filter (where r.is_now and r.is_lost) as lost_runs,
            bool_or(r.is_older) as reaches_back,
            coalesce(sum(r.done) filter (where not r.is_now and not r.is_older), 0)::bigint as done_before,
            coalesce(sum(r.failed) filter (where not r.is_now and not r.is_older), 0)::bigint as failed_before,
            coalesce(sum(r.dead) filter (where not r.is_now and not r.is_older), 0)::bigint as dead_before,
            array(
                select coalesce(c.done, 0)::bigint
                from generate_series(0, \(Self.parts) - 1) as n (part)
                left join course as c
                    on (c.processor, c.part) = (r.processor, n.part) and c.slot is not distinct from r.slot
                order by n.part
            ) as course,
            \(sql: Self.histogram("h.is_waited")) as waited,
            \(sql: Self.histogram("not h.is_waited")) as worked
        from run as r
        group by r.processor, r.slot
        having bool_or(r.is_now) or bool_or(not r.is_older)
        """
    }

    private static func histogram(_ condition: SQL) -> SQL {
        """
        array(
            select coalesce(h.tasks, 0)::bigint
            from generate_series(1, 40) as n (place)
            left join histogram as h
                on (h.processor, h.place) = (r.processor, n.place) and h.slot is not distinct from r.slot
                and \(sql: condition)
            order by n.place
        )
        """
    }
}

extension RunStatistics {
    /// What the cron database says.
    fileprivate init(_ row: Row) throws {
        func duration(_ name: String) throws -> Duration? { try row.get(name, as: Double?.self).map { .seconds($0) } }
        try self.init(database: row.get("database_name"), processor: row.get("processor"), slot: row.get("slot"))
        runs = try Runs(
            count: row.get("runs"),
            failures: row.get("failures"),
            stopped: row.get("stopped"),
            average: duration("average"),
            p50: duration("p50"),
            p95: duration("p95"),
            p99: duration("p99"),
            longest: duration("longest"),
            occupied: row.get("occupied"),
            lastSuccess: row.time("last_success"),
            before: row.get("runs_before", as: Int?.self).map { count in
                try Runs.Before(
                    count: count,
                    failures: row.get("failures_before"),
                    average: duration("average_before"),
                    occupied: row.get("occupied_before")
                )
            }
        )
    }

    /// What a work database says.
    fileprivate init(_ row: Row, database: String, window: StatisticsWindow) throws {
        try self.init(database: database, processor: row.get("processor"), slot: row.get("slot"))
        let counts = try TaskCounts(
            done: row.get("done", as: Int?.self) ?? 0,
            failed: row.get("failed", as: Int?.self) ?? 0,
            dead: row.get("dead", as: Int?.self) ?? 0
        )
        let worked = try TaskTimes(counts: row.get("worked"))
        let slots: Int = try row.get("slots")
        tasks = try Tasks(
            counts: counts,
            lostRuns: row.get("lost_runs"),
            course: row.get("course"),
            perSecond: Double(counts.done) / (window.length / .seconds(1)),
            waited: TaskTimes(counts: row.get("waited")),
            worked: worked,
            busy: worked.estimatedSum / (window.length * max(slots, 1)),
            before: row.get("reaches_back") == false
                ? nil
                : TaskCounts(
                    done: row.get("done_before"),
                    failed: row.get("failed_before"),
                    dead: row.get("dead_before")
                )
        )
    }
}

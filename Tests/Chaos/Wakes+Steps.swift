import Postgres

extension Wakes {
    /// A queue, and the processor of the same name.
    struct Target: Sendable, Hashable {
        let database: String
        let queue: String
    }

    /// Those of all processors that are asleep, once they are so many, or are not in time.
    func untilAsleep(atLeast count: Int) async throws -> [Target] {
        // On a server that was started a moment ago they are woken, and find nothing.
        let end = ContinuousClock.now + limit
        while true {
            let asleep = try await fixture.insist(ChaosFixture.cronDatabase) { connection in
                try await connection.query(
                    """
                    select w.name as database, d.processor as queue
                    from cronmill_cron.demand as d
                    join cronmill_cron.work_database as w on w.work_database_id = d.work_database_id
                    where d.state = 'asleep'
                    order by 1, 2
                    """
                ).map { try Target(database: $0.get("database"), queue: $0.get("queue")) }
            }
            if asleep.count >= count || ContinuousClock.now > end { return asleep }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    /// Those of all processors that are not among these.
    func missing(_ targets: [Target]) -> [String] {
        Self.databases.flatMap { database in
            Self.queues.map { Target(database: database, queue: $0) }
        }.filter { !targets.contains($0) }.map { "\($0.database)/\($0.queue)" }
    }

    /// Enqueues tasks one by one, each in a transaction of its own, and notes which of them are known to be committed.
    func enqueue(_ count: Int, into target: Target, after milliseconds: Int, _ log: WakeLog) async {
        await Producer.pause(milliseconds)
        for _ in 0..<count {
            let number = log.number()
            var isAcknowledged = false
            do {
                _ = try await fixture.with(target.database) { connection in
                    try await connection.query(
                        """
                        select cronmill.enqueue(\(target.queue), \(sql: Workload.payload(.sleep)))
                        from (values (\(number)::bigint)) as v (n)
                        """
                    )
                }
                isAcknowledged = true
            } catch let error as PostgresError where error.isPassing {
                // The server is down.
            } catch {
                log.note(surprise: "enqueue: \(error)")
            }
            log.note(
                .init(database: target.database, queue: target.queue, number: number, isAcknowledged: isAcknowledged)
            )
            await Producer.pause(300)
        }
    }

    /// Waits until all tasks are done that were acknowledged; a sentence for each that is not in time.
    func untilDone(_ log: WakeLog, since moment: ContinuousClock.Instant) async throws -> [String] {
        while true {
            for database in Set(log.open.map(\.database)) {
                let numbers = log.open.filter { $0.database == database }.map(\.number)
                log.noteDone(
                    try await fixture.insist(database) { connection in
                        try await connection.query(
                            "select distinct e.n from app.effect as e where e.n = any (\(numbers)::bigint[])"
                        ).map { try $0.get("n") }
                    }
                )
            }
            let open = log.open
            if open.isEmpty { return [] }
            if ContinuousClock.now > moment + limit {
                log.noteDone(open.map(\.number))
                var sentences: [String] = []
                for entry in open { sentences.append(try await explain(entry)) }
                return sentences
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// What is known of a task that is late.
    private func explain(_ entry: WakeLog.Entry) async throws -> String {
        let task = try await fixture.taskText(entry.number, in: entry.database)
        let rest = try await fixture.restText(entry.queue, in: entry.database)
        return "task \(entry.number) of \(entry.database)/\(entry.queue) is not done after \(limit): \(task); \(rest)"
    }

    /// Whether every task was done once: those that were acknowledged exactly, the others at most.
    func verify(_ log: WakeLog) async throws -> [String] {
        var sentences: [String] = []
        for database in Self.databases {
            let entries = log.entries.filter { $0.database == database }
            sentences += try await fixture.insist(database) { connection in
                try await connection.query(
                    """
                    select format('%s: task %s (%s) was done %s times', \(database)::text, q.n,
                        case when q.is_acknowledged then 'acknowledged' else 'not acknowledged' end, count(e.n)) as text
                    from unnest(\(entries.map(\.number))::bigint[], \(entries.map(\.isAcknowledged))::boolean[])
                        as q (n, is_acknowledged)
                    left join app.effect as e on e.n = q.n
                    group by q.n, q.is_acknowledged
                    having count(e.n) > 1 or q.is_acknowledged and count(e.n) = 0
                    union all
                    select format('%s: a task of payload %s is left', \(database)::text, t.payload) from cronmill.task as t
                    union all
                    select format('%s: task %s is dead: %s', \(database)::text, d.payload, d.error_message)
                    from cronmill.dead_task as d
                    """
                ).map { try $0.get("text") }
            }
        }
        return sentences
    }

    /// How soon tasks were done, and what was only found by a sweep.
    func figures(_ log: WakeLog) async throws -> [String] {
        let known = log.entries.filter(\.isAcknowledged).count
        let missed: Int = try await fixture.insist(ChaosFixture.cronDatabase) { connection in
            try await connection.query(
                "select count(*) as n from cronmill_cron.demand as d where d.missed_at is not null"
            ).first?.get("n") ?? 0
        }
        return [
            "\(known) tasks were acknowledged, \(log.entries.count - known) were not",
            "\(missed) processors have had a sweep find tasks",
        ]
    }
}

import Postgres

extension ChaosRun {
    /// From the end of a task, or an attempt of one that kills its backend, to the next: two runs of a minute, and a
    /// moment.
    private static let attemptLimit: Duration = .seconds(150)
    /// How long pg_cron may take to start every job again: until its next tick, and a moment.
    private static let startLimit: Duration = .seconds(65)

    func start(_ works: [@Sendable () async -> Void]) -> [Task<Void, Never>] {
        works.map { work in Task { await work() } }
    }

    func end(_ tasks: [Task<Void, Never>]) async {
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    func producer(_ number: Int, _ ledger: Ledger) -> @Sendable () async -> Void {
        if let python = options.python {
            let producer = PsycopgProducer(
                fixture: fixture,
                ledger: ledger,
                seed: options.seed,
                number: number,
                hasPoison: options.hasPoison,
                python: python
            )
            return { await producer.run() }
        }
        let producer = Producer(
            fixture: fixture,
            ledger: ledger,
            seed: options.seed,
            number: number,
            hasPoison: options.hasPoison
        )
        return { await producer.run() }
    }

    func callers(_ ledger: Ledger, _ isDisturbed: Flag) -> [@Sendable () async -> Void] {
        let slots = ChaosFixture.databases.flatMap { database in
            Workload.queues.flatMap { queue in
                (1...2).map { Caller.Work.slot(database: database, queue: queue.name, slot: $0) }
            }
        }
        let others = (0..<4).map { Caller.Work.anySlot(number: $0) } + (0..<2).map { .housekeeper(number: $0) }
        return (slots + others).map { work in
            let caller = Caller(fixture: fixture, ledger: ledger, seed: options.seed, work: work) { isDisturbed.isUp }
            return { await caller.run() }
        }
    }

    func setUp() async throws {
        try await fixture.with(ChaosFixture.cronDatabase) { connection in
            try await connection.execute("create role \(identifier: ChaosFixture.runner) login")
            for database in ChaosFixture.databases {
                try await connection.execute("create database \(identifier: database)")
            }
        }
        for database in ChaosFixture.databases {
            try await fixture.with(database) { try await $0.script(Workload.handler) }
        }
        for queue in Workload.queues { try await command(Workload.setup(queue, options)) }
        for database in ChaosFixture.databases {
            try await fixture.with(database) { try await $0.script(Workload.shortDelays) }
        }
        try await command(["enable", "--all"])
    }

    /// What an administrator does when it is over. A run does one task that kills its backend, at its end: with few slots
    /// many such tasks, five attempts each, would take an hour.
    func heal() async throws {
        for database in ChaosFixture.databases {
            try await fixture.insist(database) { connection in
                // A database may have 16 slots.
                try await connection.script(
                    """
                    update cronmill.processor set enabled = true, paused = false, slots = 2, sleep_after = null;
                    update cronmill.processor
                    set slots = greatest(2, least(10, 18 - 2 * (select count(*) from cronmill.processor)))
                    where name = '\(Workload.faulty.name)'
                    """
                )
            }
        }
        try await command(["sync", "--all"])
    }

    func command(_ arguments: [String]) async throws {
        let result = try await ChaosProgram(fixture: fixture).run(arguments)
        guard result.exitCode == 0 else {
            let command = arguments.joined(separator: " ")
            throw ChaosError(description: "cronmill \(command): exit code \(result.exitCode)\n\(result.text)")
        }
    }

    func now() async throws -> String {
        try await fixture.insist(ChaosFixture.cronDatabase) { connection in
            let rows = try await connection.query("select clock_timestamp() as moment")
            guard let row = rows.first else { return "" }
            return try row.get("moment")
        }
    }

    /// Waits until no task is left, as long as some are done or attempted: of those that kill their backends, or overrun
    /// their timeouts, a run does one at its end, so that many of them take as many minutes.
    func drain() async throws -> [String] {
        let start = ContinuousClock.now
        var end = start + Self.attemptLimit
        var seen = ""
        while ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(500))
            var left = 0
            var now = ""
            for database in ChaosFixture.databases {
                let (tasks, attempts): (Int, Int) = try await fixture.insist(database) { connection in
                    let rows = try await connection.query(
                        "select count(*) as tasks, coalesce(sum(t.attempts), 0) as attempts from cronmill.task as t"
                    )
                    return (try rows[0].get("tasks"), try rows[0].get("attempts"))
                }
                left += tasks
                now += "\(tasks) \(attempts) "
            }
            if left == 0 { return [] }
            if now != seen {
                seen = now
                end = .now + Self.attemptLimit
            }
        }
        return ["tasks are left, and none was done or attempted for \(Self.attemptLimit)"]
    }

    /// Waits until pg_cron has started every active job again: a minute at most, which is its tick, and a moment for it.
    func startedByCron(since moment: String) async throws -> (line: String, violations: [String]) {
        let end = ContinuousClock.now + Self.startLimit + .seconds(10)
        while true {
            let (slowest, late): (Double?, [String]) = try await fixture.insist(ChaosFixture.cronDatabase) {
                connection in
                let rows = try await connection.query(
                    """
                    select format('%s (%s)', j.jobname, j.command) as job,
                        extract(epoch from (
                            select min(r.start_time) from cron.job_run_details as r
                            where r.jobid = j.jobid and r.start_time > \(moment)::timestamptz
                                and coalesce(r.return_message, '') not in ('connection failed', 'job startup timeout')
                        ) - \(moment)::timestamptz)::double precision as seconds
                    from cron.job as j
                    where j.active and j.command not like '%.quiet(%'
                    order by seconds desc nulls first
                    """
                )
                let late = try rows.filter { row in
                    guard let seconds = try row.get("seconds", as: Double?.self) else { return true }
                    return .seconds(seconds) > Self.startLimit
                }
                return (try rows.first?.get("seconds", as: Double?.self), try late.map { try $0.get("job") })
            }
            if let slowest, late.isEmpty {
                return ("pg_cron had started every job again after \((slowest * 10).rounded() / 10) s", [])
            }
            if slowest != nil || ContinuousClock.now > end {
                let sentences = late.map { "pg_cron has not started job \($0) again within \(Self.startLimit)" }
                return ("pg_cron has not started every job again in time", sentences)
            }
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    /// What `sync` and the registry say at the end.
    func differences() async throws -> [String] {
        let result = try await ChaosProgram(fixture: fixture).run(["sync", "--all", "--check"])
        return result.exitCode == 0 ? [] : ["sync --all --check ends with \(result.exitCode): \(result.text)"]
    }
}

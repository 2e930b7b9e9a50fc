import Postgres

/// One run from its beginning to its end.
struct Course: Sendable {
    let place: ChaosPlace
    let options: ChaosOptions
    let progress: @Sendable (String) -> Void

    /// How long everything that is left may take to be done.
    private static let drainLimit: Duration = .seconds(150)

    func run() async throws -> ChaosReport {
        let ledger = Ledger()
        progress("setting up \(ChaosPlace.databases.joined(separator: " and "))")
        try await setUp()

        progress("disturbing")
        let isDisturbed = Flag(true)
        let callers = start(callers(ledger, isDisturbed))
        let producers = start(
            (0..<4).map { number in
                let producer = Producer(place: place, ledger: ledger, seed: options.seed, number: number)
                return { await producer.run() }
            }
        )
        let changer = SettingsChanger(place: place, ledger: ledger, seed: options.seed)
        let watch = Lookout(place: place)
        let others = start([{ await changer.run() }, { await watch.run() }])
        let commands = CommandKiller(place: place, ledger: ledger)
        defer { (callers + producers + others).forEach { $0.cancel() } }
        try await Disturber(place: place, ledger: ledger, options: options, commands: commands).run()

        progress("\(ledger.kills) processes killed; waiting for the rest to be done")
        await end(producers + others)
        await commands.wait()
        isDisturbed.lower()
        var report = ChaosReport()
        let quietSince = try await now()
        try await heal()
        report.violations += try await drain()
        report.violations += try await startedByCron(since: quietSince)
        await end(callers)

        progress("verifying")
        let (lines, violations) = try await Verification(place: place, ledger: ledger).report()
        report.kills = ledger.kills
        report.lines = counts(ledger) + lines
        report.violations += watch.findings + violations
        report.violations += try await differences()
        report.violations += ledger.surprises.map { "an error that no disturbance explains: \($0)" }
        return report
    }

    private func start(_ works: [@Sendable () async -> Void]) -> [Task<Void, Never>] {
        works.map { work in Task { await work() } }
    }

    private func end(_ tasks: [Task<Void, Never>]) async {
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    private func callers(_ ledger: Ledger, _ isDisturbed: Flag) -> [@Sendable () async -> Void] {
        let slots = ChaosPlace.databases.flatMap { database in
            Workload.queues.flatMap { queue in
                (1...2).map { Caller.Work.slot(database: database, queue: queue.name, slot: $0) }
            }
        }
        let others = (0..<4).map { Caller.Work.anySlot(number: $0) } + (0..<2).map { .housekeeper(number: $0) }
        return (slots + others).map { work in
            let caller = Caller(place: place, ledger: ledger, seed: options.seed, work: work) { isDisturbed.isUp }
            return { await caller.run() }
        }
    }

    private func setUp() async throws {
        try await place.with(ChaosPlace.cronDatabase) { connection in
            try await connection.execute("create role \(identifier: ChaosPlace.runner) login")
            for database in ChaosPlace.databases {
                try await connection.execute("create database \(identifier: database)")
            }
        }
        for database in ChaosPlace.databases {
            try await place.with(database) { try await $0.script(Workload.handler) }
        }
        for queue in Workload.queues { try await command(Workload.setup(queue)) }
        for database in ChaosPlace.databases {
            try await place.with(database) { try await $0.script(Workload.shortDelays) }
        }
        try await command(["enable", "--all"])
    }

    /// What an administrator does when it is over.
    private func heal() async throws {
        for database in ChaosPlace.databases {
            try await place.insist(database) { connection in
                try await connection.script("update cronmill.processor set enabled = true, paused = false, slots = 2")
            }
        }
        try await command(["sync", "--all"])
    }

    private func command(_ arguments: [String]) async throws {
        let result = try await ChaosProgram(place: place).run(arguments)
        guard result.exitCode == 0 else {
            let command = arguments.joined(separator: " ")
            throw ChaosError(description: "cronmill \(command): exit code \(result.exitCode)\n\(result.text)")
        }
    }

    private func now() async throws -> String {
        try await place.insist(ChaosPlace.cronDatabase) { connection in
            let rows = try await connection.query("select clock_timestamp() as moment")
            guard let row = rows.first else { return "" }
            return try row.get("moment")
        }
    }

    /// Waits until no task is left.
    private func drain() async throws -> [String] {
        let end = ContinuousClock.now + Self.drainLimit
        var left = 1
        while left > 0, ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(500))
            left = 0
            for database in ChaosPlace.databases {
                left += try await place.insist(database) { connection in
                    try await connection.query("select 1 from cronmill.task limit 1").count
                }
            }
        }
        return left == 0 ? [] : ["tasks are left after \(Self.drainLimit)"]
    }

    /// Waits until pg_cron has started every active job again, which on 1.4 takes until the next full minute.
    private func startedByCron(since moment: String) async throws -> [String] {
        let end = ContinuousClock.now + .seconds(75)
        while true {
            let missing: [String] = try await place.insist(ChaosPlace.cronDatabase) { connection in
                let rows = try await connection.query(
                    """
                    select format('%s (%s)', j.jobname, j.command) as job
                    from cron.job as j
                    where j.active
                        and not exists (
                            select from cron.job_run_details as r
                            where r.jobid = j.jobid and r.start_time > \(moment)::timestamptz
                                and r.status in ('running', 'succeeded')
                        )
                    order by 1
                    """
                )
                return try rows.map { try $0.get("job") }
            }
            if missing.isEmpty { return [] }
            if ContinuousClock.now > end { return missing.map { "pg_cron has not started job \($0) again" } }
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    /// What `sync` and the registry say at the end.
    private func differences() async throws -> [String] {
        let result = try await ChaosProgram(place: place).run(["sync", "--all", "--check"])
        return result.exitCode == 0 ? [] : ["sync --all --check ends with \(result.exitCode): \(result.text)"]
    }

    private func counts(_ ledger: Ledger) -> [String] {
        let counts = ledger.counts
        return ["\(ledger.kills) processes killed"]
            + Disturbance.allCases.map { "\(counts[$0, default: 0])  \($0.rawValue)" }
    }
}

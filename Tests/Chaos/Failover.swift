import Postgres
import PrivateServer

/// A busy primary that is cut off, and its standby, which is promoted and works on where it stopped.
///
/// The set-up, the producers and the verification are those of `Chaos`. Replication is synchronous, so that whatever a
/// producer was told to be committed has to be there.
public struct Failover: Sendable {
    private let options: ChaosOptions
    private let progress: @Sendable (String) -> Void
    private let ledger = Ledger()

    /// Sets up, cuts off, promotes, adopts, lets all tasks be done, and verifies what became of them.
    ///
    /// - Parameters:
    ///   - options: `length` is how long there is load, once before and once after.
    ///   - progress: called with a sentence at each step.
    /// - Throws: when a server, or a command that nobody disturbs, fails. Broken promises are in the report.
    public static func run(
        _ options: ChaosOptions,
        progress: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> ChaosReport {
        var options = options
        options.hasPoison = false
        let failover = Failover(options: options, progress: progress)
        let primary = try await failover.start(.empty)
        do {
            let standby = try await failover.start(.standby(of: primary))
            do {
                let report = try await failover.run(from: primary, to: standby)
                await primary.stop()
                await standby.stop()
                return report
            } catch {
                await standby.stop()
                throw error
            }
        } catch {
            await primary.stop()
            throw error
        }
    }

    private func start(_ origin: ServerOptions.Origin) async throws -> PrivateServer {
        try await PrivateServer.start(
            options.installation,
            options: ServerOptions(
                settings: options.settings,
                hostAuthentication: ["local replication all trust", "host all all 127.0.0.1/32 scram-sha-256"],
                // Without TCP all private servers have the same port.
                listensOnLoopback: true,
                origin: origin
            )
        )
    }

    private func run(from primary: PrivateServer, to standby: PrivateServer) async throws -> ChaosReport {
        let old = chaosRun(ChaosFixture(server: primary, program: options.program))
        let new = chaosRun(ChaosFixture(server: standby, program: options.program))
        let both = chaosRun(ChaosFixture(server: primary, program: options.program, standby: standby))
        var report = ChaosReport()
        report.lines.append(options.text)

        progress("setting up the primary")
        try await old.setUp()
        try await old.setUpSleepers()
        try await replicateSynchronously(old.fixture)
        let producers = both.start((0..<4).map { both.producer($0, ledger) })
        defer { producers.forEach { $0.cancel() } }
        try await old.untilEachSlotHasRun()
        try await Task.sleep(for: options.length)

        progress("cutting the primary off and promoting the standby")
        try await old.ringSleepers(ledger)
        let clock = ContinuousClock()
        let cut = clock.now
        try await primary.cut()
        try await standby.promote()
        report.lines.append("promoted \(text(clock.now - cut)) after the primary was cut off")
        try await new.untilLauncherRuns()
        report.lines.append("pg_cron's launcher was there \(text(clock.now - cut)) after it")
        let lastBefore = try await new.lastEffects()

        progress("looking that nothing is done before it is adopted")
        report.violations += try await new.nothingIsDone()

        progress("adopting")
        let adopted = clock.now
        let adoptedAt = try await new.now()
        try await new.command(["sync", "--all", "--adopt"])
        report.lines.append("cronmill sync --all --adopt took \(text(clock.now - adopted))")
        for (database, pause) in try await new.pauses(since: lastBefore, adoptedAt) {
            report.lines.append("\(database): \(pause)")
        }
        let (delay, late) = try await new.startedByCron(since: adoptedAt)
        report.lines.append(delay)
        report.violations += late
        report.violations += try await new.misplacedJobs()
        report.violations += try await new.untilSleepersAreDone("enqueued just before the cut")
        report.violations += try await new.untilSleepersSleep()
        try await new.ringSleepers(ledger)
        report.violations += try await new.untilSleepersAreDone("enqueued after the adoption")
        // Through the link, which has to lead to this server now.
        for database in ChaosFixture.databases {
            try await new.fixture.with(database) { connection in
                try await connection.script("update cronmill.processor set slots = 3")
            }
        }
        report.violations += try await new.differences()
        try await Task.sleep(for: options.length)

        progress("waiting for the rest to be done")
        await both.end(producers)
        let callers = new.start(new.callers(ledger, Flag(false)))
        defer { callers.forEach { $0.cancel() } }
        try await new.heal()
        report.violations += try await new.drain()
        await new.end(callers)

        progress("verifying")
        let (lines, violations) = try await Verification(fixture: new.fixture, ledger: ledger).report()
        report.lines += lines
        report.violations += violations
        report.violations += try await new.differences()
        report.violations += ledger.surprises.map { "an error that the failover does not explain: \($0)" }
        return report
    }

    private func chaosRun(_ fixture: ChaosFixture) -> ChaosRun {
        ChaosRun(fixture: fixture, options: options, progress: progress)
    }

    /// From now on a commit waits until the standby has it.
    private func replicateSynchronously(_ fixture: ChaosFixture) async throws {
        try await fixture.with(ChaosFixture.cronDatabase) { connection in
            try await connection.execute("alter system set synchronous_standby_names = '*'")
            try await connection.execute("select pg_reload_conf()")
            while try await connection.query("select from pg_stat_replication as r where r.sync_state = 'sync'").isEmpty
            {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    private func text(_ duration: Duration) -> String {
        "\((duration / .milliseconds(1)).rounded() / 1_000) s"
    }
}

extension ChaosRun {
    /// Waits until pg_cron has begun a run of each slot of each processor.
    fileprivate func untilEachSlotHasRun() async throws {
        for database in ChaosFixture.databases {
            try await fixture.with(database) { connection in
                while try await connection.query(
                    "select from cronmill.processor as p join cronmill.slot as s on s.processor_id = p.processor_id"
                ).count < 2 * Workload.queues.count {
                    try await Task.sleep(for: .milliseconds(100))
                }
            }
        }
    }

    /// Waits for pg_cron's launcher, half a minute at most.
    fileprivate func untilLauncherRuns() async throws {
        let end = ContinuousClock.now + .seconds(30)
        try await fixture.with(ChaosFixture.cronDatabase) { connection in
            while try await connection.query(
                "select from pg_stat_activity as a where a.backend_type = 'pg_cron launcher'"
            ).isEmpty {
                guard ContinuousClock.now < end else {
                    throw ChaosError(description: "pg_cron's launcher has not come on the promoted standby")
                }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    /// When the last task of each database was done.
    fileprivate func lastEffects() async throws -> [String: String] {
        var moments: [String: String] = [:]
        for database in ChaosFixture.databases {
            moments[database] = try await fixture.with(database) { connection in
                try await connection.query("select max(e.done_at)::text as moment from app.effect as e").first?
                    .get("moment", as: String?.self)
            }
        }
        return moments
    }

    /// Waits until pg_cron has tried each job of a processor in vain, tries them as it does, and compares what was done
    /// before and after. Meanwhile producers enqueue, and settings cannot be changed.
    fileprivate func nothingIsDone() async throws -> [String] {
        var violations: [String] = []
        let before = try await deeds()
        for database in ChaosFixture.databases {
            for queue in Workload.queues {
                violations += try await refused("a run of \(database)/\(queue.name)") {
                    try await fixture.with(database, as: ChaosFixture.runner) { connection in
                        _ = try await connection.execute("call cronmill_processor.\(identifier: queue.name)(1)")
                    }
                }
            }
            violations += try await refused("a change of settings in \(database)") {
                try await fixture.with(database) { connection in
                    _ = try await connection.execute("update cronmill.processor set slots = 1")
                }
            }
        }
        let moment = try await now()
        try await fixture.with(ChaosFixture.cronDatabase) { connection in
            while try await connection.query(
                """
                select from cron.job_run_details as r
                where r.command like 'call cronmill_processor.%' and r.status = 'failed'
                    and r.runid > (select coalesce(max(o.runid), 0) from cron.job_run_details as o where o.start_time < \(moment)::timestamptz)
                """
            ).isEmpty {
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        let after = try await deeds()
        for (database, (done, queued)) in before {
            guard let (doneNow, queuedNow) = after[database] else { continue }
            if doneNow != done {
                violations.append("\(database): \(doneNow - done) tasks were done before it was adopted")
            }
            if queuedNow <= queued { violations.append("\(database): nothing could be enqueued before it was adopted") }
        }
        return violations
    }

    private func refused(_ what: String, _ body: () async throws -> Void) async throws -> [String] {
        do {
            try await body()
            return ["\(what) was not refused before it was adopted"]
        } catch let error as PostgresError where error.sqlState == "MC007" {
            return []
        }
    }

    /// Tasks done, and tasks queued, by database.
    private func deeds() async throws -> [String: (done: Int, queued: Int)] {
        var deeds: [String: (Int, Int)] = [:]
        for database in ChaosFixture.databases {
            deeds[database] = try await fixture.with(database) { connection in
                let rows = try await connection.query(
                    """
                    select (select count(*) from app.effect) + (select count(*) from cronmill.dead_task) as done,
                        (select count(*) from cronmill.task) as queued
                    """
                )
                return (try rows[0].get("done"), try rows[0].get("queued"))
            }
        }
        return deeds
    }

    /// Waits until tasks are done again, and says how long none was.
    fileprivate func pauses(since lastBefore: [String: String], _ adopted: String) async throws -> [(String, String)] {
        var pauses: [(String, String)] = []
        for database in ChaosFixture.databases {
            let text: String = try await fixture.with(database) { connection in
                while true {
                    let rows = try await connection.query(
                        """
                        select format('no task was done for %s s, of which %s s after the adoption began',
                            round(extract(epoch from min(e.done_at) - \(lastBefore[database])::timestamptz), 1),
                            round(extract(epoch from min(e.done_at) - \(adopted)::timestamptz), 1)) as pause
                        from app.effect as e
                        where e.done_at > \(adopted)::timestamptz
                        having count(*) > 0
                        """
                    )
                    if let row = rows.first { return try row.get("pause") }
                    try await Task.sleep(for: .milliseconds(100))
                }
            }
            pauses.append((database, text))
        }
        return pauses
    }

    /// Jobs that would run on another server: pg_cron's rows keep the server at which they were made.
    fileprivate func misplacedJobs() async throws -> [String] {
        try await fixture.with(ChaosFixture.cronDatabase) { connection in
            let rows = try await connection.query(
                """
                select format('job %s is for %s, port %s', j.jobname, j.nodename, j.nodeport) as finding
                from cron.job as j
                where (j.nodename, j.nodeport) is distinct from
                    (current_setting('cron.host'), current_setting('port')::integer)
                """
            )
            return try rows.map { try $0.get("finding") }
        }
    }
}

import Fuzzing
import Postgres
import PrivateServer

/// Processors that fall asleep again and again while sessions put tasks into their queues: no task is missed, whatever
/// its transaction is like.
///
/// One processor in each of many work databases, scheduled by the real pg_cron. In each round some transactions aim at
/// the moment when it falls asleep; then nobody rings until all their tasks are done, so that nothing hides a task that
/// was missed.
public struct Sleeps: Sendable {
    let fixture: ChaosFixture
    let options: ChaosOptions
    let load: SleepLoad
    let hasSeconds: Bool
    let tally = SleepTally()

    static let queue = "one"

    /// Seconds that a task which is committed may wait.
    private var limit: Double { Double(load.limit + (hasSeconds ? 0 : 120)) }

    /// Has processors fall asleep on a new server, and verifies what became of every task.
    ///
    /// - Parameters:
    ///   - options: the seed and the server.
    ///   - load: how many processors, how often, and what ends their transactions.
    ///   - progress: called with a sentence at each step.
    /// - Throws: when the server fails. Broken promises are in the report.
    public static func run(
        _ options: ChaosOptions,
        _ load: SleepLoad,
        progress: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> ChaosReport {
        let settings = [
            "max_connections": "\(load.databases * 6 + 50)", "max_prepared_transactions": "\(load.databases * 3)",
            "cron.max_running_jobs": "\(load.databases + 10)",
        ]
        return try await Chaos.onServer(options, settings: settings) { fixture in
            progress("setting up \(load.databases) work databases")
            try await fixture.setUpSleepers(load.names, [queue])
            let hasSeconds = try await fixture.knowsSeconds()
            let sleeps = Sleeps(fixture: fixture, options: options, load: load, hasSeconds: hasSeconds)
            return try await sleeps.run(progress)
        }
    }

    private func run(_ progress: @escaping @Sendable (String) -> Void) async throws -> ChaosReport {
        let watcher = Task {
            var next = ContinuousClock.now
            while !Task.isCancelled {
                await Producer.pause(2_000)
                guard let missed = try? await missed() else { continue }
                tally.note(missed: missed)
                guard ContinuousClock.now > next else { continue }
                next = .now + .seconds(60)
                progress(tally.text)
            }
        }
        defer { watcher.cancel() }
        let outcomes = try await withThrowingTaskGroup(of: SleepOutcome.self) { group in
            for database in load.names { group.addTask { try await disturb(database) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        tally.note(missed: try await missed())

        var report = ChaosReport()
        report.violations = outcomes.flatMap(\.violations)
        if load.rolledBack == 0 {
            report.violations += tally.missed.sorted().map { "only a sweep found a task: \($0)" }
        }
        let tasks = outcomes.flatMap(\.waits).sorted { $0.seconds < $1.seconds }
        let waits = tasks.map(\.seconds)
        func total(_ count: (SleepOutcome) -> Int) -> Int { outcomes.map(count).reduce(0, +) }
        func seconds(_ part: Double) -> Double {
            waits.isEmpty ? 0 : (waits[Int(Double(waits.count - 1) * part)] * 100).rounded() / 100
        }
        report.lines = [
            "\(total(\.sleeps)) sleeps of \(load.databases) processors in \(total(\.rounds)) rounds",
            "\(waits.count) tasks of \(total(\.committed)) transactions, \(total(\.prepared)) of them prepared",
            "\(total(\.rolledBack)) transactions rolled back, \(total(\.refused)) refused to be serialized",
            "from commit to handler: p50 \(seconds(0.5)) s, p99 \(seconds(0.99)) s, longest \(seconds(1)) s",
            "\(tally.missed.count) times only a sweep found tasks",
        ]
        report.lines += tasks.suffix(5).reversed().map { task in
            "after \((task.seconds * 10).rounded() / 10) s: \(task.database), \(task.plan.text)"
        }
        return report
    }

    /// Each time that a sweep, and nothing else, has found tasks.
    private func missed() async throws -> [String] {
        try await fixture.with(ChaosFixture.cronDatabase) { connection in
            try await connection.query(
                """
                select format('%s at %s', w.name, d.missed_at) as text
                from cronmill_cron.demand as d
                join cronmill_cron.work_database as w on w.work_database_id = d.work_database_id
                where d.missed_at is not null
                """
            ).map { try $0.get("text") }
        }
    }

    /// Round after round in one database, until its processor has slept often enough.
    private func disturb(_ database: String) async throws -> SleepOutcome {
        var generator = SeededGenerator(seed: options.seed, part: database)
        let watch = try await fixture.connect(database)
        var sessions: [SleepProducer] = []
        for number in 1...3 {
            let connection = try await fixture.connect(database)
            sessions.append(SleepProducer(connection: connection, name: "\(database)_\(number)"))
        }
        var outcome = SleepOutcome()
        var acknowledged: [Int: (plan: SleepPlan, time: Double)] = [:]
        while true {
            outcome.sleeps =
                try await watch.query("select count(*) as total from cronmill.run as r where r.end_reason = 'asleep'")
                .first?.get("total") ?? 0
            if outcome.sleeps >= (load.sleeps + load.databases - 1) / load.databases { break }
            // A processor that has had a task lies down about a second later.
            let isAimed = Int.random(in: 0..<10, using: &generator) < 6
            await Producer.pause(Int.random(in: isAimed ? 850...1_500 : 0...3_000, using: &generator))
            let count = Int.random(in: 1...3, using: &generator)
            let plans = (0..<count).map { _ in SleepPlan(load, number: tally.number(), using: &generator) }
            let ends = try await withThrowingTaskGroup(of: (SleepPlan, SleepProducer.End).self) { group in
                for (session, plan) in zip(sessions, plans) {
                    group.addTask { (plan, try await session.carryOut(plan, queue: Self.queue)) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            outcome.note(ends)
            for case (let plan, .committed(let time)) in ends { acknowledged[plan.number] = (plan, time) }
            guard try await untilDone(ends, in: database, watch, &outcome) else { break }
            outcome.rounds += 1
            tally.noteRound()
        }
        try await verify(acknowledged, in: database, watch, &outcome)
        for session in sessions { await session.connection.close() }
        await watch.close()
        return outcome
    }

    /// Waits until all tasks are done that were committed, and says which of them took too long; false if one is lost.
    private func untilDone(
        _ ends: [(SleepPlan, SleepProducer.End)],
        in database: String,
        _ watch: Connection,
        _ outcome: inout SleepOutcome
    ) async throws -> Bool {
        var open = ends.compactMap { plan, end in
            if case .committed(let time) = end { (plan: plan, time: time) } else { nil }
        }
        var isLate = false
        while !open.isEmpty {
            let done: Set<Int> = Set(
                try await watch.query(
                    "select e.n from app.effect as e where e.n = any (\(open.map(\.plan.number))::bigint[])"
                ).map { try $0.get("n") }
            )
            open.removeAll { done.contains($0.plan.number) }
            guard let first = open.first else { break }
            let waited = wallClock() - first.time
            if waited > limit, !isLate {
                isLate = true
                let task = try await fixture.taskText(first.plan.number, in: database)
                let rest = try await fixture.restText(Self.queue, in: database)
                outcome.violations.append(
                    "\(database): not begun \(limit) s after its commit: \(first.plan.text): \(task); \(rest)"
                )
            }
            if waited > limit + 600 {
                outcome.violations.append("\(database): never done: \(first.plan.text)")
                return false
            }
            await Producer.pause(200)
        }
        return true
    }

    /// Whether every task that was committed was done once, and no other; and how long they waited.
    private func verify(
        _ acknowledged: [Int: (plan: SleepPlan, time: Double)],
        in database: String,
        _ watch: Connection,
        _ outcome: inout SleepOutcome
    ) async throws {
        let effects = try await watch.query(
            "select e.n, extract(epoch from e.done_at)::float8 as done_at from app.effect as e"
        ).map { (number: try $0.get("n", as: Int.self), time: try $0.get("done_at", as: Double.self)) }
        var counts: [Int: Int] = [:]
        for effect in effects {
            counts[effect.number, default: 0] += 1
            if let known = acknowledged[effect.number] {
                outcome.waits.append((max(0, effect.time - known.time), database, known.plan))
            } else {
                outcome.violations.append("\(database): task \(effect.number) was rolled back, and done")
            }
        }
        for number in acknowledged.keys.sorted() where counts[number] != 1 {
            outcome.violations.append("\(database): task \(number) was done \(counts[number, default: 0]) times")
        }
    }
}

import Fuzzing
import Postgres
import PrivateServer

/// Processors that sleep, and kills while tasks wake them: each task that was enqueued is done once, and soon, and
/// whoever is asleep afterwards can be rung.
///
/// Five work databases with two processors each, scheduled by the real pg_cron and by nobody else.
public struct Wakes: Sendable {
    let fixture: ChaosFixture
    let options: ChaosOptions
    let rounds: Int
    let hasSeconds: Bool
    let progress: @Sendable (String) -> Void

    static let databases = (1...5).map { "wakes_\($0)" }
    static let queues = ["one", "two"]

    /// How soon a task is done after the last kill. Where pg_cron knows no seconds it starts the housekeeper at the next
    /// full minute after one of the server, and those that were woken at the one after that.
    var limit: Duration { hasSeconds ? .seconds(70) : .seconds(130) }

    /// Kills a new server's processes amid wakes, and verifies what became of every task.
    ///
    /// - Parameters:
    ///   - options: the seed and the server.
    ///   - rounds: how often something is killed.
    ///   - progress: called with a sentence at each step.
    /// - Throws: when the server, or a command that nobody disturbs, fails. Broken promises are in the report.
    public static func run(
        _ options: ChaosOptions,
        rounds: Int,
        progress: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> ChaosReport {
        try await Chaos.onServer(options) { fixture in
            try await fixture.setUpSleepers(databases, queues)
            let hasSeconds = try await fixture.knowsSeconds()
            let wakes = Wakes(
                fixture: fixture,
                options: options,
                rounds: rounds,
                hasSeconds: hasSeconds,
                progress: progress
            )
            return try await wakes.run()
        }
    }

    private func run() async throws -> ChaosReport {
        var generator = SeededGenerator(seed: options.seed, part: "wakes")
        let killer = WakeKiller(fixture: fixture)
        let log = WakeLog()
        var report = ChaosReport()
        var counts: [WakeKiller.Kind: Int] = [:]
        for round in 1...rounds {
            let kinds = WakeKiller.Kind.allCases
            let kind = kinds[(round - 1) % kinds.count]
            // On a server that was killed all are woken, and find nothing.
            let asleep = try await untilAsleep(atLeast: 4)
            guard asleep.count >= 4 else {
                report.violations.append("round \(round): only \(asleep.count) processors have fallen asleep")
                break
            }
            let chosen = Array(asleep.shuffled(using: &generator).prefix(Int.random(in: 3...6, using: &generator)))
            let pauses = chosen.map { _ in Int.random(in: 0...1_500, using: &generator) }
            let delay = kind.isForRest ? 0 : Int.random(in: 0...2_500, using: &generator)
            async let enqueued: Void = withTaskGroup(of: Void.self) { group in
                for (target, pause) in zip(chosen, pauses) {
                    group.addTask { await enqueue(2, into: target, after: pause, log) }
                }
            }
            await Producer.pause(delay)
            let hits = try await killer.kill(kind, choice: generator.next(), patience: hasSeconds ? 15 : 70)
            if hits {
                counts[kind, default: 0] += 1
                report.kills += 1
            }
            let killed = ContinuousClock.now
            await enqueued
            let late = try await untilDone(log, since: max(killed, log.lastAcknowledged))
            report.violations += late.map { "round \(round), \(kind.rawValue): \($0)" }
            progress("round \(round): \(kind.rawValue)\(hits ? "" : " (nobody was hit)"): \(log.summary())")
        }

        progress("ringing everyone once more")
        let asleep = try await untilAsleep(atLeast: Self.databases.count * Self.queues.count)
        report.violations += missing(asleep).map { "\($0) has not fallen asleep" }
        for target in asleep { await enqueue(1, into: target, after: 0, log) }
        let deaf = try await untilDone(log, since: ContinuousClock.now)
        progress("the last ones: \(log.summary())")
        report.violations += deaf.map { "rung after all the kills: \($0)" }

        report.violations += try await verify(log)
        report.violations += log.surprises.map { "an error that no kill explains: \($0)" }
        report.lines.append("\(report.kills) kills in \(rounds) rounds")
        report.lines += WakeKiller.Kind.allCases.map { "\(counts[$0, default: 0])  \($0.rawValue)" }
        report.lines += try await figures(log)
        return report
    }
}

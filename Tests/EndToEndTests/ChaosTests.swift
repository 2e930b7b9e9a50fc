import Chaos
import Testing

/// A little of `make chaos`, with another seed each time.
@Suite("Crashes", .timeLimit(.minutes(60)))
struct ChaosTests {
    @Test("after twenty kills at random every task is done exactly once, or dead with its reason")
    func chaos() async throws {
        let options = ChaosOptions(
            seed: UInt64.random(in: 0...9_999),
            length: .seconds(15),
            kills: 20,
            program: try ProgramResult.cronmillPath(),
            installation: try TestServer.chosenInstallation()
        )
        let report = try await Turnstile.busy.pass { try await Chaos.run(options) }
        #expect(report.kills >= 20)
        #expect(report.violations == [], "\(report.text)")
    }

    @Test("of each tick of recurring templates one task is made, whatever is killed meanwhile")
    func ticks() async throws {
        let options = ChaosOptions(
            seed: UInt64.random(in: 0...9_999),
            length: .zero,
            kills: 0,
            program: try ProgramResult.cronmillPath(),
            installation: try TestServer.chosenInstallation()
        )
        let report = try await Turnstile.busy.pass {
            try await Ticks.run(options, templates: 100, hours: 2, kills: 3)
        }
        #expect(report.violations == [], "\(report.text)")
    }

    @Test("what is committed when a processor falls asleep is found, whatever the transaction is like")
    func sleeps() async throws {
        var options = ChaosOptions(
            seed: UInt64.random(in: 0...9_999),
            length: .zero,
            kills: 0,
            program: try ProgramResult.cronmillPath(),
            installation: try TestServer.chosenInstallation()
        )
        let abilities = try await ServerAbilities(of: try await TestServer.shared())
        guard !abilities.runsOneAtATime else { return }
        options.usesWorkers = abilities.usesWorkers
        // Each takes a minute or two where pg_cron knows no seconds. What else runs here takes its time.
        let load = SleepLoad(databases: 3, sleeps: abilities.hasSeconds ? 24 : 6, limit: 60)
        let report = try await Sleeps.run(options, load)
        #expect(report.violations == [], "\(report.text)")
    }
}

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
}

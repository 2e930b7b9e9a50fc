import Chaos
import PrivateServer
import Testing

/// A primary that is lost, and its standby.
@Suite("Failover", .timeLimit(.minutes(60)))
struct FailoverTests {
    @Test("a promoted standby works on after one sync --all --adopt, nothing before; nothing is lost or done twice")
    func failover() async throws {
        let abilities = try await ServerAbilities(of: try await TestServer.shared())
        var options = ChaosOptions(
            seed: UInt64.random(in: 0...9_999),
            length: .seconds(5),
            kills: 0,
            program: try ProgramResult.cronmillPath(),
            installation: try TestServer.chosenInstallation()
        )
        options.usesWorkers = abilities.usesWorkers
        options.schedule = abilities.hasSeconds ? "5 seconds" : nil
        let report = try await Turnstile.patient.pass { [options] in try await Failover.run(options) }
        print(report.text)
        #expect(report.violations == [], "\(report.text)")
    }
}

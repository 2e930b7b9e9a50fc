import Chaos
import PrivateServer
import Testing

/// A primary that is lost, and its standby.
@Suite("Failover", .timeLimit(.minutes(20)))
struct FailoverTests {
    /// With schedules of a minute it waits for several of them; `make failover` does it there.
    @Test(
        "a promoted standby works on after one sync --all --adopt, nothing before; nothing is lost or done twice",
        .enabled("pg_cron has no schedules of seconds") {
            try await ServerAbilities(of: try await TestServer.shared()).hasSeconds
        }
    )
    func failover() async throws {
        var options = ChaosOptions(
            seed: UInt64.random(in: 0...9_999),
            length: .seconds(5),
            kills: 0,
            program: try ProgramResult.cronmillPath(),
            installation: try TestServer.chosenInstallation()
        )
        let abilities = try await ServerAbilities(of: try await TestServer.shared())
        options.usesWorkers = abilities.usesWorkers
        options.schedule = "5 seconds"
        await Turnstile.shared.enter()
        let report: ChaosReport
        do {
            report = try await Failover.run(options)
        } catch {
            await Turnstile.shared.leave()
            throw error
        }
        await Turnstile.shared.leave()
        print(report.text)
        #expect(report.violations == [], "\(report.text)")
    }
}

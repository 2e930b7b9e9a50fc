import Postgres

/// One run from its beginning to its end.
struct ChaosRun: Sendable {
    let fixture: ChaosFixture
    let options: ChaosOptions
    let progress: @Sendable (String) -> Void

    func run() async throws -> ChaosReport {
        let ledger = Ledger()
        progress("setting up \(ChaosFixture.databases.joined(separator: " and "))")
        try await setUp()

        progress("disturbing")
        let isDisturbed = Flag(true)
        let callers = start(callers(ledger, isDisturbed))
        let producers = start((0..<4).map { producer($0, ledger) })
        let changer = SettingsChanger(fixture: fixture, ledger: ledger, seed: options.seed)
        let watch = Lookout(fixture: fixture)
        let others = start([{ await changer.run() }, { await watch.run() }])
        let commands = CommandKiller(fixture: fixture, ledger: ledger)
        defer { (callers + producers + others).forEach { $0.cancel() } }
        try await Disturber(fixture: fixture, ledger: ledger, options: options, commands: commands).run()

        progress("\(ledger.kills) processes killed; waiting for the rest to be done")
        await end(producers + others)
        await commands.wait()
        isDisturbed.lower()
        var report = ChaosReport()
        try await heal()
        let quietSince = try await now()
        report.violations += try await drain()
        let (delay, notStarted) = try await startedByCron(since: quietSince)
        report.violations += notStarted
        await end(callers)

        progress("verifying")
        let (lines, violations) = try await Verification(fixture: fixture, ledger: ledger).report()
        report.kills = ledger.kills
        report.lines = counts(ledger) + [delay] + lines
        report.violations += watch.findings + violations
        report.violations += try await differences()
        report.violations += ledger.surprises.map { "an error that no disturbance explains: \($0)" }
        return report
    }

    private func counts(_ ledger: Ledger) -> [String] {
        let counts = ledger.counts
        return ["\(ledger.kills) processes killed"]
            + Disturbance.allCases.map { "\(counts[$0, default: 0])  \($0.rawValue)" }
    }
}

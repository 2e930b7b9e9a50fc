import PrivateServer

/// A server of its own that is kept busy and disturbed at random, and what became of every task.
///
/// Two work databases, three processors in each, scheduled by the real pg_cron; four producers; callers that do as
/// pg_cron does between its ticks. Nothing but the public SQL interface and the programs is used.
public enum Chaos {
    /// Disturbs a new server for a time, lets all tasks be done, and verifies what became of them.
    ///
    /// - Parameters:
    ///   - options: seed and length.
    ///   - progress: called with a sentence at each step.
    /// - Throws: when the server, or a set-up that nobody disturbs, fails. Broken promises are in the report.
    public static func run(
        _ options: ChaosOptions,
        progress: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> ChaosReport {
        try await onServer(options) { fixture in
            try await ChaosRun(fixture: fixture, options: options, progress: progress).run()
        }
    }

    /// Makes a server, with settings beside those of the options, has something done to it, and stops it, unless it is
    /// to be kept for a violation.
    static func onServer(
        _ options: ChaosOptions,
        settings: [String: String] = [:],
        _ body: (ChaosFixture) async throws -> ChaosReport
    ) async throws -> ChaosReport {
        let server = try await PrivateServer.start(
            options.installation,
            options: ServerOptions(settings: options.settings.merging(settings) { $1 })
        )
        do {
            let fixture = ChaosFixture(server: server, program: options.program)
            var report = try await body(fixture)
            report.lines.insert(options.text, at: 0)
            if options.keepsServer, !report.violations.isEmpty {
                try await server.keepRunning()
                report.lines.append("the server is left running in \(server.directory); to end it:")
                report.lines.append(server.stopCommand)
            } else {
                await server.stop()
            }
            return report
        } catch {
            await server.stop()
            throw error
        }
    }
}

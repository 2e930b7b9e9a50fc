internal import ArgumentParser
internal import Cronmill
internal import Glibc
internal import Subprocess
internal import SystemPackage

/// How long to wait, and who restarts the server.
struct MigrationWaitOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How long to wait for runs to end. Default: 10m.", valueName: "duration"))
    var wait: String?
    @Option(
        help: ArgumentHelp(
            "Restarts the server; run by sh, once, as it stands. Default: a person does.",
            valueName: "command"
        )
    )
    var restartCommand: String?
    @Option(
        help: ArgumentHelp(
            "How long to wait for the restart. Default: 2m with --restart-command; else it ends there and goes on when called again.",
            valueName: "duration"
        )
    )
    var restartWait: String?

    func apply(to migration: inout Migration) throws {
        if let wait { migration.runLimit = try Duration(wait, of: "--wait") }
        migration.restartLimit = restartCommand == nil ? .zero : .seconds(120)
        if let restartWait { migration.restartLimit = try Duration(restartWait, of: "--restart-wait") }
        if let command = restartCommand { migration.restart = { try await Self.run(command) } }
    }

    /// Its output goes to standard error; what it starts in the background may keep that.
    private static func run(_ command: String) async throws {
        let result = try await Subprocess.run(
            .path("/bin/sh"),
            arguments: ["-c", command],
            input: .none,
            output: .fileDescriptor(.standardError, closeAfterSpawningProcess: false),
            error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false)
        )
        guard !result.terminationStatus.isSuccess else { return }
        throw CronmillError(
            .failed,
            "the restart command failed: \(result.terminationStatus)",
            detail: "It was: \(command). All jobs rest meanwhile.",
            hint: "Restart the server, then give the same command again; or give up with cronmill migrate rollback."
        )
    }
}

import PrivateServer
import Subprocess
import SystemPackage

/// The `cronmill` under test, against the server of a run.
struct ChaosProgram: Sendable {
    let fixture: ChaosFixture

    /// How a command ended that was not killed.
    struct Result: Sendable {
        let exitCode: Int
        let text: String
    }

    private var environment: Environment {
        .custom([
            "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8",
            "DB_HOST": fixture.server.socketDirectory, "DB_PORT": String(fixture.server.port),
            "DB_USER": fixture.server.superuser,
        ])
    }

    func run(_ arguments: [String]) async throws -> Result {
        let result = try await Subprocess.run(
            .path(FilePath(fixture.program)),
            arguments: Arguments(arguments),
            environment: environment,
            workingDirectory: "/",
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20)
        )
        let text = result.standardOutput + result.standardError
        guard case .exited(let code) = result.terminationStatus else { return Result(exitCode: -1, text: text) }
        return Result(exitCode: Int(code), text: text)
    }

    /// Starts a command and kills it after a time; false if it has ended before.
    func kill(_ arguments: [String], after time: Duration) async throws -> Bool {
        let result = try await Subprocess.run(
            .path(FilePath(fixture.program)),
            arguments: Arguments(arguments),
            environment: environment,
            workingDirectory: "/",
            input: .none,
            output: .discarded,
            error: .discarded
        ) { execution in
            try await Task.sleep(for: time)
            try execution.send(signal: .kill)
        }
        if case .signaled = result.terminationStatus { return true }
        return false
    }
}

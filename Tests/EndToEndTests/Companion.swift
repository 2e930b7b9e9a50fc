import Subprocess
import SystemPackage
import Testing

/// A program of somebody else's beside a test: what pools connections, what stands in front of the console.
enum Companion {
    /// Runs `body` while a shell script runs, which SIGTERM ends.
    ///
    /// - Parameters:
    ///   - script: with `arguments` as `$1` and on.
    ///   - name: of the program, for what is said where it does not get ready.
    ///   - isReady: asked until it is.
    static func with(
        _ script: String,
        _ arguments: [String],
        name: String,
        isReady: () async throws -> Bool,
        _ body: () async throws -> Void
    ) async throws {
        let result = try await run(
            .path("/bin/sh"),
            arguments: .init(["-c", script, name] + arguments),
            environment: .custom(["PATH": "/usr/bin:/bin"]),
            workingDirectory: "/",
            input: .none,
            output: .discarded,
            error: .discarded
        ) { execution in
            var failure: (any Error)?
            do {
                try await eventually("the \(name) answers", within: .seconds(30), isReady)
                try await body()
            } catch {
                failure = error
            }
            try execution.send(signal: .terminate)
            return failure
        }
        if let failure = result.closureResult { throw failure }
    }
}

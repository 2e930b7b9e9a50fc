import Subprocess
import SystemPackage

/// What a program that has ended wrote, and how it ended.
struct ProgramResult: Sendable, Hashable {
    var output: String
    var errors: String
    var exitCode: Int

    /// Runs a program with nothing in its environment but PATH, HOME and what is given.
    static func of(
        _ path: String,
        _ arguments: [String],
        environment: [String: String],
        input: [UInt8] = []
    ) async throws -> ProgramResult {
        let own = ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"]
        let variables = own.merging(environment) { $1 }
        let result = try await run(
            .path(FilePath(path)),
            arguments: Arguments(arguments),
            environment: .custom(
                Dictionary(uniqueKeysWithValues: variables.map { (Environment.Key(stringLiteral: $0.key), $0.value) })
            ),
            workingDirectory: "/",
            input: .array(input),
            output: .string(limit: 1 << 24),
            error: .string(limit: 1 << 24)
        )
        guard case .exited(let code) = result.terminationStatus else {
            throw Killed(program: path, status: "\(result.terminationStatus)")
        }
        return ProgramResult(
            output: result.standardOutput,
            errors: result.standardError,
            exitCode: Int(code)
        )
    }

    /// The `cronmill` that was built together with these tests.
    static func cronmillPath() throws -> String {
        let folder = try FilePath(readingLink: "/proc/self/exe").removingLastComponent()
        return folder.appending("cronmill").string
    }

    /// A program that did not end by itself.
    struct Killed: Error {
        let program: String
        let status: String
    }
}

import Glibc

extension FilePath {
    fileprivate init(readingLink link: String) throws(Errno) {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(link, &buffer, buffer.count)
        guard count > 0 else { throw Errno(rawValue: errno) }
        self.init(String(decoding: buffer[..<count], as: UTF8.self))
    }
}

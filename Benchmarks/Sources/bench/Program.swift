internal import Subprocess
internal import SystemPackage

/// A program that ended with an error.
struct ProgramFailure: Error, CustomStringConvertible {
    var description: String
}

/// Runs a program to its end.
///
/// - Returns: what it wrote to its standard output.
/// - Throws: `ProgramFailure` with what it wrote to standard error.
func runProgram(
    _ path: String,
    _ arguments: [String],
    environment: [String: String] = [:],
    folder: String = "/",
    input: String = ""
) async throws -> String {
    let variables = ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"].merging(environment) { $1 }
    let result = try await run(
        .path(FilePath(path)),
        arguments: Arguments(arguments),
        environment: .custom(
            Dictionary(uniqueKeysWithValues: variables.map { (Environment.Key(stringLiteral: $0.key), $0.value) })
        ),
        workingDirectory: FilePath(folder),
        input: .string(input),
        output: .string(limit: 1 << 24),
        error: .string(limit: 1 << 24)
    )
    guard case .exited(0) = result.terminationStatus else {
        let program = path.split(separator: "/").last ?? ""
        throw ProgramFailure(
            description: "\(program) \(arguments.joined(separator: " ")): \(result.terminationStatus)\n"
                + result.standardError
        )
    }
    return result.standardOutput
}

import PrivateServer
import Testing

/// A command line that is refused, and the whole of what it says.
struct BadInput: Sendable {
    var title: String
    var arguments: [String]
    var environment: [String: String] = [:]
    var input = ""
    var exitCode: Int
    /// Standard error, without `cronmill: `; `{socket}`, `{host}` and `{port}` stand for the server's.
    var errors: String

    init(
        _ title: String,
        _ arguments: String...,
        environment: [String: String] = [:],
        input: String = "",
        exitCode: Int,
        errors: String
    ) {
        self.title = title
        self.arguments = arguments
        self.environment = environment
        self.input = input
        self.exitCode = exitCode
        self.errors = errors
    }

    /// Runs it and compares all it wrote and how it ended.
    func check(on server: TestServer) async throws {
        let result = try await server.cronmill(arguments, environment: environment, input: Array(input.utf8))
        let expected = errors.split(separator: "\n").map { "cronmill: \($0)\n" }.joined()
            .replacing("{socket}", with: "\(server.server.socketDirectory)/.s.PGSQL.\(server.server.port)")
            .replacing("{folder}", with: server.server.socketDirectory)
            .replacing("{port}", with: String(server.server.port))
        #expect(result == ProgramResult(output: "", errors: expected, exitCode: exitCode), "\(title)")
    }
}

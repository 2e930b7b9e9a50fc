import Postgres
import Testing

/// The error a statement is to end with; that it succeeds is a failure of the test.
func expectedError(
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
) async throws -> PostgresError {
    let error = await #expect(throws: PostgresError.self, sourceLocation: sourceLocation) { try await body() }
    return try #require(error, sourceLocation: sourceLocation)
}

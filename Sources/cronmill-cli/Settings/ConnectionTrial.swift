internal import Cronmill

/// A connection that was tried, and what came of it.
struct ConnectionTrial: Sendable {
    enum Side: String, Sendable { case work, cron }

    let side: Side
    let database: String
    let outcome: Result<ConnectionReport, any Error>

    /// - Throws: `CancellationError` only; other errors are the outcome.
    static func make(
        _ side: Side,
        _ database: String,
        _ probe: () async throws -> ConnectionReport
    ) async throws -> ConnectionTrial {
        do {
            return ConnectionTrial(side: side, database: database, outcome: .success(try await probe()))
        } catch let error as CancellationError {
            throw error
        } catch {
            return ConnectionTrial(side: side, database: database, outcome: .failure(error))
        }
    }
}

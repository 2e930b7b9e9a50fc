import FoundationEssentials
import Testing

/// Waits for something that pg_cron or another session does, looking four times a second.
///
/// It is an error of the test if it has not come to pass in time.
func eventually(
    _ comment: Comment,
    within limit: Duration = .seconds(180),
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + limit
    while true {
        if try await condition() { return }
        guard ContinuousClock.now < end else {
            throw NeverHappened(comment: comment, sourceLocation: sourceLocation)
        }
        try await Task.sleep(for: .milliseconds(250))
    }
}

/// What `eventually` waited for in vain.
struct NeverHappened: Error, CustomStringConvertible {
    let comment: Comment
    let sourceLocation: SourceLocation

    var description: String { "within the time given it did not come to pass that \(comment) (\(sourceLocation))" }
}

/// Waits, if the next full minute is near, until it is over: what must happen before pg_cron's next tick then does.
func awayFromFullMinute() async throws {
    let second = Date().timeIntervalSince1970.truncatingRemainder(dividingBy: 60)
    if second > 45 { try await Task.sleep(for: .seconds(61 - second)) }
}

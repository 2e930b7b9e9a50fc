internal import Postgres

/// A time that a question is about, told by the database's clock.
public enum Moment: Sendable, Hashable {
    /// So long ago.
    case ago(Duration)
    /// What PostgreSQL understands as a `timestamptz`, in the session's zone: `2026-11-26 03:30`, `yesterday`.
    case at(String)

    /// Reads a duration, which is so long ago, or else takes the text for a time.
    ///
    /// - Parameter text: what the user typed.
    public init(userText text: String) {
        do throws(DurationError) {
            self = .ago(try Duration(userText: text))
        } catch {
            self = .at(text)
        }
    }

    /// As an expression.
    var sql: SQL {
        switch self {
        case .ago(let duration): "(clock_timestamp() - \(duration)::interval)"
        case .at(let text): "\(text)::timestamptz"
        }
    }
}

public import Postgres

/// Why something was refused or failed, in PostgreSQL's voice: a message, a detail, and what to do.
public struct CronmillError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong, as far as a caller has to tell it apart.
    public enum Kind: Sendable, Hashable {
        /// What was asked makes no sense; nothing was connected to.
        case usage
        /// The server or the set-up refused it; nothing is half done.
        case failed
        /// A database could not be reached.
        case unreachable
    }

    /// What went wrong.
    public var kind: Kind
    /// One line, no full stop.
    public var message: String
    /// Sentences that explain it.
    public var detail: String?
    /// What to do about it.
    public var hint: String?
    /// The database it happened in, if it happened in one.
    public var database: String?
    /// What the server would call it, where that is a thing that is not there (42704) or a privilege that is missing (42501).
    public var sqlState: SQLState?

    /// An error of this library's own; those of the server stay `PostgresError`.
    public init(
        _ kind: Kind = .failed,
        _ message: String,
        detail: String? = nil,
        hint: String? = nil,
        database: String? = nil,
        sqlState: SQLState? = nil
    ) {
        self.kind = kind
        self.message = message
        self.detail = detail
        self.hint = hint
        self.database = database
        self.sqlState = sqlState
    }

    /// Message, detail and hint on a line each.
    public var description: String {
        [message, detail.map { "detail: \($0)" }, hint.map { "hint: \($0)" }].compactMap { $0 }.joined(separator: "\n")
    }
}

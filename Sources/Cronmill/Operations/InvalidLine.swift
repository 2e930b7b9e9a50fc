/// A line that is not JSON; nothing of what it was part of has been enqueued.
public struct InvalidLine: Error, Sendable, Hashable {
    /// Counted from 1, blank lines too.
    public let number: Int
    /// What PostgreSQL says of it.
    public let reason: String
}

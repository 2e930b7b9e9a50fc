/// A line that is not a task; nothing of what it was part of has been enqueued.
public struct InvalidLine: Error, Sendable, Hashable {
    /// Counted from 1, blank lines too.
    public let number: Int
    /// What PostgreSQL says of it.
    public let reason: String
    /// Whether it is JSON at all; then it is an envelope that cannot be used, or what jsonb cannot hold.
    public let isJSON: Bool
    /// What PostgreSQL says besides, if it says more.
    public let detail: String?
    /// What to do, if PostgreSQL says.
    public let hint: String?

    init(number: Int, reason: String, isJSON: Bool = false, detail: String? = nil, hint: String? = nil) {
        (self.number, self.reason, self.isJSON, self.detail, self.hint) = (number, reason, isJSON, detail, hint)
    }
}

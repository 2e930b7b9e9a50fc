/// One statement that was sent, and how long its answer took.
public struct StatementTrace: Sendable, Hashable {
    /// The database it was sent to.
    public var database: String
    /// The statement with `$1` in the place of its values.
    public var text: String
    /// From sending to the end of the answer.
    public var duration: Duration
    /// The code of the error it ended with; nil when it succeeded.
    public var failure: SQLState?

    /// Makes a trace.
    public init(database: String, text: String, duration: Duration, failure: SQLState? = nil) {
        self.database = database
        self.text = text
        self.duration = duration
        self.failure = failure
    }
}

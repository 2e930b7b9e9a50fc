/// Timed work of which one round after another is done, in turn with others.
struct Contender: Sendable {
    var name: String
    var count: Int
    var note: String = ""
    /// Prepares a round, does it, checks that it did what it should have, and gives the time of the work alone.
    var measure: @Sendable () async throws -> Outcome

    /// Time of a round.
    struct Took: Sendable {
        /// On the clock on the wall.
        var seconds: Double
        /// Of a processor, by the server's processes at work; nil where it was not looked at.
        var processorSeconds: Double?
    }

    /// How a round went.
    enum Outcome: Sendable {
        case took(Took)
        /// The peer is not installed, or does not work here: why.
        case missing(String)
    }
}

/// The figure would be wrong: the work was not what it should have been.
struct InvalidRound: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }
}

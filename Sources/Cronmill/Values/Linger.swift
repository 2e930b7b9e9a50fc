/// How long a run goes on looking for tasks, counted from its start.
public enum Linger: Sendable, Hashable, CustomStringConvertible {
    /// Until just past the next tick of the schedule, so that run follows run without a gap. For schedules other
    /// than every minute and every N seconds this is 0 (`Schedule.defaultLingerIsTick`).
    case tick
    /// That long; zero ends the run at the first empty claim.
    case duration(Duration)

    /// As users type it: `tick`, `50s`, `0`.
    ///
    /// - Throws: `DurationError`.
    public init(userText text: String) throws(DurationError) {
        self = text == "tick" ? .tick : .duration(try Duration(userText: text))
    }

    /// As users type it.
    public var description: String {
        switch self {
        case .tick: "tick"
        case .duration(let duration): duration.roundTripText
        }
    }

    /// As the column `processor.linger` holds it.
    var columnText: String {
        switch self {
        case .tick: "tick"
        case .duration(let duration): duration.intervalText
        }
    }
}

extension Duration {
    /// Text PostgreSQL reads as this interval: whole microseconds.
    var intervalText: String {
        let (seconds, attoseconds) = components
        return "\(seconds * 1_000_000 + attoseconds / 1_000_000_000_000) microseconds"
    }
}

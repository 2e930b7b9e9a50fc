internal import Cronmill

/// What is kept of a person who is logged in, in memory alone.
struct Session: Sendable {
    /// How long it lasts, at most, and without a click; nil is as long as the console.
    enum Lifetime: Sendable {
        case untilTheEnd
        case limited
    }

    /// What the cookie holds.
    let secret: String
    var viewer: Viewer
    let lifetime: Lifetime
    let beganAt: ContinuousClock.Instant
    var usedAt: ContinuousClock.Instant
    /// What was done last, to be told.
    var outcome: Outcome?

    /// Of one that is limited.
    static let longest = Duration.seconds(8 * 3600)
    static let longestIdle = Duration.seconds(15 * 60)

    func isOver(at now: ContinuousClock.Instant) -> Bool {
        switch lifetime {
        case .untilTheEnd: false
        case .limited: now - beganAt >= Self.longest || now - usedAt >= Self.longestIdle
        }
    }
}

/// What an action came to.
struct Outcome: Sendable {
    /// In a sentence.
    var text: String
    /// Where to go on, as a link has it.
    var back: String
}

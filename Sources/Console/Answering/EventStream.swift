/// What a page with the overview is told of while it is open: what has changed, as long as its viewer may see that.
actor EventStream {
    private let console: Console
    private let secret: String
    private let filter: Filter
    private let seat: Seats.Seat
    private var told: (version: String, audience: Audience)?
    private var spokeAt = ContinuousClock.now

    /// How often it looks whether there is something.
    private static let step = Duration.milliseconds(500)
    /// Silence of this length is broken: proxies give up what says nothing, and who has left is noticed when
    /// something is written.
    private static let longestSilence = Duration.seconds(10)

    init(_ console: Console, _ secret: String, _ filter: Filter, _ seat: Seats.Seat) {
        (self.console, self.secret, self.filter, self.seat) = (console, secret, filter, seat)
    }

    /// The next event, or a comment; nil when nothing may be told any more.
    func next() async -> String? {
        repeat {
            let now = ContinuousClock.now
            guard let viewer = console.access.sessions.find([secret], isUse: false, at: now)?.viewer else { return nil }
            let snapshot = console.snapshot()
            let audience = Audience(filter, viewer)
            let last = told
            if last?.version != snapshot.version || last?.audience != audience {
                (told, spokeAt) = ((snapshot.version, audience), now)
                // What he is shown is not that of the others any more.
                if let last, last.audience != audience { return Changes.reload }
                return console.changes.event(snapshot.version, for: audience, at: now) {
                    console.overview(snapshot.seen(by: viewer), filter, viewer, at: now)
                }
            }
            if now - spokeAt >= Self.longestSilence {
                spokeAt = now
                return ":\n\n"
            }
        } while (try? await Task.sleep(for: Self.step)) != nil
        return nil
    }
}

/// Lets so many tests in at once: with all of them at once on two cores, connecting takes longer than timeouts allow.
actor Turnstile {
    /// For tests that work all the time.
    static let busy = Turnstile(places: 5)
    /// For those that have a server of their own, or wait for pg_cron most of the time.
    static let patient = Turnstile(places: 9)

    /// Whether the test that this is part of has been let in.
    @TaskLocal private static var isInside = false

    private var places: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(places: Int) {
        self.places = places
    }

    /// Does something when it is this test's turn, which it is until the end once it has come.
    nonisolated func pass<Value>(_ body: () async throws -> Value) async throws -> Value {
        guard !Self.isInside else { return try await body() }
        await enter()
        do {
            let value = try await Self.$isInside.withValue(true) { try await body() }
            await leave()
            return value
        } catch {
            await leave()
            throw error
        }
    }

    private func enter() async {
        if places > 0 {
            places -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    private func leave() {
        if waiting.isEmpty {
            places += 1
        } else {
            waiting.removeFirst().resume()
        }
    }
}

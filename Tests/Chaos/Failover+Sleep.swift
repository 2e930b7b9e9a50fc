import Postgres

extension ChaosRun {
    /// A queue that nobody else puts tasks into; its processor sleeps.
    private static let quiet = Workload.Queue(name: "quiet", timeouts: 40...60, maxAttempts: 20)
    /// A ring is heard at a full minute, and where pg_cron knows no seconds the slot starts at the next one.
    private static let wakeLimit: Duration = .seconds(140)

    /// Sets a processor up in each database that sleeps, and waits until each is asleep.
    func setUpSleepers() async throws {
        // It is woken by tasks, not by the clock.
        var options = options
        options.schedule = nil
        try await command(Workload.setup(Self.quiet, options) + ["--slots", "1", "--sleep-after", "2s", "--enable"])
        let violations = try await untilSleepersSleep()
        if let violation = violations.first { throw ChaosError(description: violation) }
    }

    /// Puts a task into the queue of each.
    func ringSleepers(_ ledger: Ledger) async throws {
        for database in ChaosFixture.databases {
            let numbers = ledger.numbers(1)
            try await fixture.with(database) { connection in
                _ = try await connection.query(
                    """
                    select cronmill.enqueue(\(Self.quiet.name), \(sql: Workload.payload(.nothing)))
                    from (values (\(numbers.lowerBound)::bigint)) as v (n)
                    """
                )
            }
            ledger.note(
                .init(
                    database: database,
                    queue: Self.quiet.name,
                    numbers: numbers,
                    deed: .nothing,
                    fate: .committed
                )
            )
        }
    }

    /// Waits until none of them has a task; a sentence for each that still has one.
    func untilSleepersAreDone(_ what: String) async throws -> [String] {
        try await wait(
            ChaosFixture.databases,
            "select from cronmill.task as t join cronmill.queue as q on q.queue_id = t.queue_id where q.name = 'quiet'",
            "the task of a sleeping processor, \(what), is not done after \(Self.wakeLimit)"
        )
    }

    /// Waits until all of them are asleep.
    func untilSleepersSleep() async throws -> [String] {
        try await wait(
            [ChaosFixture.cronDatabase],
            "select from cronmill_cron.demand as d where d.processor = 'quiet' and d.state <> 'asleep'",
            "a processor has not fallen asleep after \(Self.wakeLimit)"
        )
    }

    private func wait(_ databases: [String], _ query: SQL, _ sentence: String) async throws -> [String] {
        let end = ContinuousClock.now + Self.wakeLimit
        var sentences: [String] = []
        for database in databases {
            try await fixture.with(database) { connection in
                while try await !connection.query(query).isEmpty {
                    guard ContinuousClock.now < end else { return sentences.append("\(database): \(sentence)") }
                    try await Task.sleep(for: .milliseconds(100))
                }
            }
        }
        return sentences
    }
}

internal import Foundation
internal import Postgres

extension Stage {
    /// What was seen of more work than there are places for.
    struct Overload: Sendable {
        /// The most backends of slots that were seen at once.
        var most = 0
        /// How often more were seen than the budget, and how often it was looked.
        var beyond = 0
        var looks = 0
        /// The most processors that were at work or waited for it.
        var wanting = 0
        /// Tasks that were enqueued.
        var tasks = 0
    }

    /// Enqueues into databases by Zipf's law, each task taking some time, and looks ten times a second.
    func overload(
        _ part: String,
        perSecond rate: Double,
        eachTaking task: Double,
        seconds: Int,
        among count: Int,
        budget: Int
    ) async throws -> Overload {
        let lanes = 4
        return try await withThrowingTaskGroup(of: Overload.self) { group in
            let end = ContinuousClock.now + .seconds(seconds)
            // So that one slow commit does not hold up all.
            for lane in 0..<lanes {
                group.addTask {
                    try await self.produceByZipf(part, rate, task, until: end, among: count, lane: lane, of: lanes)
                }
            }
            group.addTask { try await self.watch(until: end, budget: budget) }
            return try await group.reduce(into: Overload()) { sum, one in
                sum.most = max(sum.most, one.most)
                sum.beyond += one.beyond
                sum.looks += one.looks
                sum.wanting = max(sum.wanting, one.wanting)
                sum.tasks += one.tasks
            }
        }
    }

    /// Enqueues into every `lanes`-th database, as often as is its share.
    private func produceByZipf(
        _ part: String,
        _ rate: Double,
        _ task: Double,
        until end: ContinuousClock.Instant,
        among count: Int,
        lane: Int,
        of lanes: Int
    ) async throws -> Overload {
        let numbers = stride(from: lane + 1, through: count, by: lanes).map { $0 }
        let all = (1...count).map { 1 / Double($0) }.reduce(0, +)
        let own = numbers.map { 1 / Double($0) }
        let share = own.reduce(0, +)
        var connections: [Int: Connection] = [:]
        var due = ContinuousClock.now
        var found = Overload()
        while due < end {
            try await Task.sleep(until: due, clock: .continuous)
            var chosen = Double.random(in: 0..<share)
            let position =
                own.firstIndex {
                    chosen -= $0; return chosen < 0
                } ?? own.count - 1
            let number = numbers[position]
            let connection: Connection
            if let known = connections[number] {
                connection = known
            } else {
                connection = try await connect(database: Self.sleeper(number))
                connections[number] = connection
            }
            _ = try await connection.query("select app.enqueue(\(part), \(task))::text as nothing")
            found.tasks += 1
            // As independent ones come.
            due += .seconds(-log(Double.random(in: Double.leastNonzeroMagnitude..<1)) / (rate * share / all))
        }
        for connection in connections.values { await connection.close() }
        return found
    }

    /// Counts the backends that pg_cron has started, ten times a second, and who wants one.
    private func watch(until end: ContinuousClock.Instant, budget: Int) async throws -> Overload {
        let connection = try await connect(database: "postgres")
        var (found, due) = (Overload(), ContinuousClock.now)
        while due < end {
            try await Task.sleep(until: due, clock: .continuous)
            let rows = try await connection.query(
                """
                select
                    (select count(*) from pg_stat_activity as a where a.usename = 'bench_runner') as slots,
                    (select count(*) from cronmill_cron.demand as d where d.state <> 'asleep') as wanting
                """
            )
            let slots: Int = try rows[0].get("slots")
            found.looks += 1
            found.most = max(found.most, slots)
            if slots > budget { found.beyond += 1 }
            found.wanting = max(found.wanting, try rows[0].get("wanting"))
            due += .milliseconds(100)
        }
        await connection.close()
        return found
    }

    /// What the cold tasks waited for, once all of them were begun.
    func coldWaits(_ part: String, among count: Int, within seconds: Int) async throws -> [Double] {
        var waits: [Double] = []
        var left = Array(1...count)
        for _ in 0..<max(1, seconds / 2) {
            for number in left {
                let name = Self.sleeper(number)
                let waiting: Int = try await one(
                    "select count(*) as total from cronmill.task as t where (t.payload ->> 'is_cold')::boolean",
                    "total",
                    database: name
                )
                guard waiting == 0 else { continue }
                waits += try await self.waits(part, in: name).filter(\.isCold).map(\.milliseconds)
                left.removeAll { $0 == number }
            }
            if left.isEmpty { return waits.sorted() }
            try await Task.sleep(for: .seconds(2))
        }
        throw InvalidRound("\(part): in \(left.count) databases cold tasks were not begun")
    }

    /// Removes what is left of a demand that could not be met.
    func forgetTasks(among count: Int) async throws {
        for number in 1...count { try await script("delete from cronmill.task", database: Self.sleeper(number)) }
    }

    /// How many slots may be at work at once.
    func setBudget(_ budget: Int) async throws {
        _ = try await one(
            "select cronmill_cron.set_budget(\(budget)::integer)::text as nothing",
            "nothing",
            database: "postgres",
            as: String?.self
        )
    }
}

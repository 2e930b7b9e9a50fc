internal import Foundation
internal import Postgres

extension Stage {
    /// A task that was done.
    struct Wait: Sendable {
        /// From the commit of the enqueue to the call of the handler.
        var milliseconds: Double
        /// No other task was in its queue.
        var isCold: Bool
    }

    /// What came of enqueueing for a while.
    struct Producing: Sendable {
        /// Tasks of each database.
        var tasks: [String: Int] = [:]
        /// Milliseconds of the statement, without the connection, in ascending order.
        var milliseconds: [Double] = []
        var errors: [String] = []
        /// How long it took.
        var seconds = 0.0

        var total: Int { tasks.values.reduce(0, +) }
    }

    /// Enqueues into databases chosen at random that were left alone for a while, by a new connection each.
    func produce(_ part: String, perSecond rate: Double, seconds: Int, among count: Int) async throws -> Producing {
        let total = Int(rate * Double(seconds))
        let begun = ContinuousClock.now
        var chosen: [Int] = []
        for _ in 0..<total {
            // As many as are woken within fifteen seconds, but always some to choose from.
            let busy = chosen.suffix(min(Int(rate * 15), count - 3))
            var number = Int.random(in: 1...count)
            while busy.contains(number) { number = Int.random(in: 1...count) }
            chosen.append(number)
        }
        var found = try await withThrowingTaskGroup(of: Attempt.self) { group in
            for (position, number) in chosen.enumerated() {
                group.addTask {
                    try await Task.sleep(until: begun + .seconds(Double(position) / rate), clock: .continuous)
                    return try await self.attempt(part, in: Self.sleeper(number))
                }
            }
            return try await group.reduce(into: Producing()) { found, one in
                if let error = one.error {
                    found.errors.append(error)
                } else {
                    found.tasks[one.database, default: 0] += 1
                    found.milliseconds.append(one.milliseconds)
                }
            }
        }
        found.milliseconds.sort()
        found.seconds = (ContinuousClock.now - begun).inSeconds
        return found
    }

    /// One enqueue, and what it took without the connection.
    private struct Attempt: Sendable {
        var database: String
        var milliseconds = 0.0
        var error: String?
    }

    private func attempt(_ part: String, in database: String) async throws -> Attempt {
        var attempt = Attempt(database: database)
        do {
            let connection = try await connect(database: database)
            let begun = ContinuousClock.now
            _ = try await connection.query("select app.enqueue(\(part), null)::text as nothing")
            attempt.milliseconds = 1000 * (ContinuousClock.now - begun).inSeconds
            await connection.close()
        } catch let error as PostgresError {
            attempt.error = "\(error)"
        }
        return attempt
    }

    /// Enqueues into one database at a steady pace.
    func produce(_ part: String, perSecond rate: Double, seconds: Int, into database: String) async throws -> Int {
        let connection = try await connect(database: database)
        let begun = ContinuousClock.now
        let total = Int(rate * Double(seconds))
        for position in 0..<total {
            try await Task.sleep(until: begun + .seconds(Double(position) / rate), clock: .continuous)
            _ = try await connection.query("select app.enqueue(\(part), null)::text as nothing")
        }
        await connection.close()
        return total
    }

    /// Waits until the tasks of a part are done, and gives what is known of them.
    func waits(_ part: String, _ tasks: [String: Int], within seconds: Int) async throws -> [Wait] {
        var left = tasks
        var all: [Wait] = []
        for _ in 0..<max(1, seconds / 2) {
            for (name, count) in left {
                let found = try await self.waits(part, in: name)
                if found.count >= count {
                    all += found
                    left[name] = nil
                }
            }
            if left.isEmpty { return all }
            try await Task.sleep(for: .seconds(2))
        }
        throw InvalidRound("\(part): \(left.count) databases have tasks left, among them \(left.keys.min() ?? "")")
    }

    func waits(_ part: String, in database: String) async throws -> [Wait] {
        try await rows(
            """
            select
                (1000 * extract(epoch from e.begun_at - pg_xact_commit_timestamp(e.enqueued_by)))::float8 as milliseconds,
                e.is_cold
            from app.effect as e where e.part = \(part)
            """,
            database: database
        ).map { Wait(milliseconds: try $0.get("milliseconds"), isCold: try $0.get("is_cold")) }
    }

    /// When the last task of a part was begun, in seconds since 1970.
    func lastBegun(_ part: String, in databases: [String]) async throws -> Double {
        var last = 0.0
        for name in databases {
            last = max(
                last,
                try await one(
                    "select extract(epoch from max(e.begun_at))::float8 as begun_at from app.effect as e where e.part = \(part)",
                    "begun_at",
                    database: name
                )
            )
        }
        return last
    }

    /// Seconds of the server for a new connection that asks for nothing, to be taken off from what a wake costs.
    func costOfConnection(to databases: [String]) async throws -> Double {
        let before = try processorSeconds()
        for name in databases {
            let connection = try await connect(database: name)
            _ = try await connection.query("select 1 as one")
            await connection.close()
        }
        // A backend ends after its client has gone.
        try await Task.sleep(for: .milliseconds(300))
        return (try processorSeconds() - before) / Double(databases.count)
    }

    /// Lets the roles of the link log in, or not, and ends their sessions.
    func admitLinks(_ isAdmitted: Bool) async throws {
        try await script(
            """
            do $$
            declare
                one text;
            begin
                for one in select w.link_role from cronmill_cron.work_database as w where w.link_role is not null loop
                    execute format('alter role %I \(isAdmitted ? "login" : "nologin")', one);
                end loop;
            end
            $$;
            select pg_terminate_backend(a.pid) from pg_stat_activity as a
            join cronmill_cron.work_database as w on w.link_role = a.usename
            where not \(isAdmitted)
            """,
            database: "postgres"
        )
    }
}

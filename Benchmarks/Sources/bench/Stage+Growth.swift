internal import Postgres

/// What a command takes.
struct CommandCost: Sendable {
    /// From its start to its end.
    var seconds: Double
    /// Of the server's processes.
    var processorSeconds: Double
}

extension Stage {
    static let growthDatabase = "growth_1"

    /// The median by the clock of three times a command, the whole program.
    func cost(_ arguments: [String], databases: [String]) async throws -> CommandCost {
        var costs: [CommandCost] = []
        for _ in 0..<3 {
            let (clock, used) = (ContinuousClock.now, try processorSeconds())
            try await cronmill(arguments, databases: databases)
            let seconds = (ContinuousClock.now - clock).inSeconds
            // What the ended session used is added to the postmaster's when that has noticed.
            try await Task.sleep(for: .milliseconds(100))
            costs.append(CommandCost(seconds: seconds, processorSeconds: try processorSeconds() - used))
        }
        costs.sort { $0.seconds < $1.seconds }
        return costs[1]
    }

    /// Sets up queues until there are so many; none is enabled.
    func grow(from count: Int, to queues: Int) async throws {
        for number in count..<queues {
            try await cronmill(
                ["setup", "--queue", "queue_\(number + 1)", "--handler", "app.noop", "--run-as", "bench_runner"],
                databases: [Self.growthDatabase]
            )
        }
    }

    /// Copies that database, and registers the copies as setup would have.
    func copyGrowth(databases: Int) async throws {
        try await copyDatabase("growth", databases: databases, adopted: 1)
        try await register(prefix: "growth", databases: databases, adopted: 1)
    }

    /// Makes `prefix_2` and the following of `prefix_1`; those after the adopted ones are not taken for copies afterwards,
    /// which would be in trouble.
    func copyDatabase(_ prefix: String, databases: Int, adopted: Int) async throws {
        for number in 2...databases {
            // One statement each: a database cannot be made within a transaction.
            _ = try await psql(
                ["-c", "create database \(prefix)_\(number) template \(prefix)_1 strategy file_copy"],
                database: "postgres"
            )
            guard number > adopted else { continue }
            _ = try await psql(
                [
                    "-c",
                    """
                    update cronmill.installation set (database_oid, database_name) =
                        (select d.oid, d.datname from pg_database as d where d.datname = current_database())
                    """,
                ],
                database: "\(prefix)_\(number)"
            )
        }
    }

    /// Writes registry and `cron.job` of copies that were not adopted, whose processors stay disabled.
    func register(prefix: String, databases: Int, adopted: Int) async throws {
        _ = try await psql(
            [
                "-v", "prefix=\(prefix)", "-v", "databases=\(databases)", "-v", "adopted=\(adopted)", "-f",
                "\(folder)/sql/register.sql",
            ],
            database: "postgres"
        )
    }
}

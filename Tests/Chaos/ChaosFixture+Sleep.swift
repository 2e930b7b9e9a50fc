import Postgres

/// Processors that sleep.
extension ChaosFixture {
    /// Makes databases, and in each a processor that sleeps for every queue: the first with one slot, the next with two.
    func setUpSleepers(_ databases: [String], _ queues: [String]) async throws {
        try await with(Self.cronDatabase) { connection in
            try await connection.execute("create role \(identifier: Self.runner) login")
            for database in databases { try await connection.execute("create database \(identifier: database)") }
        }
        for database in databases {
            try await with(database) { try await $0.script(Workload.handler) }
        }
        let program = ChaosProgram(fixture: self)
        for (number, queue) in queues.enumerated() {
            let result = try await program.run(
                ["setup"] + databases.flatMap { ["--database", $0] } + [
                    "--queue", queue, "--handler", "app.work", "--run-as", Self.runner, "--max-attempts", "20",
                    "--slots", "\(number + 1)", "--sleep-after", "1s", "--enable",
                ]
            )
            guard result.exitCode == 0 else { throw ChaosError(description: "cronmill setup: \(result.text)") }
        }
        for database in databases {
            try await with(database) { try await $0.script(Workload.shortDelays) }
        }
    }

    /// Whether pg_cron knows schedules of seconds: 1.5 or later.
    func knowsSeconds() async throws -> Bool {
        try await with(Self.cronDatabase) { connection in
            try await connection.query("select cronmill_cron.supports_seconds() as answer").first?.get("answer")
                ?? false
        }
    }

    /// What is known of the task of a number, for people.
    func taskText(_ number: Int, in database: String) async throws -> String {
        try await insist(database) { connection in
            try await connection.query(
                """
                select coalesce((
                    select format('queued, attempts %s, run at %s, began at %s', t.attempts, t.run_at, t.began_at)
                    from cronmill.task as t where (t.payload ->> 'n')::integer = \(number)
                ), 'not queued') as text
                """
            ).first?.get("text") ?? ""
        }
    }

    /// What the registry knows of a processor that sleeps, for people.
    func restText(_ queue: String, in database: String) async throws -> String {
        try await insist(Self.cronDatabase) { connection in
            try await connection.query(
                """
                select format('%s since %s by %s, heard %s', d.state, d.changed_at, d.cause, d.heard) as text
                from cronmill_cron.demand as d
                join cronmill_cron.work_database as w on w.work_database_id = d.work_database_id
                where w.name = \(database) and d.processor = \(queue)
                """
            ).first?.get("text") ?? "no row"
        }
    }
}

import Cronmill
import Postgres
import Synchronization
import Testing

/// The databases of one test, each with a table `app.done` and a handler `app.work(jsonb)` that notes payloads in it,
/// and a role that may log in and execute the handler but owns nothing.
struct Fixture: Sendable {
    let server: TestServer
    let databases: [String]
    let runner: String

    var database: String { databases[0] }

    /// A schedule that never comes: the test calls the procedure itself, and pg_cron does not come in between.
    static let never = "0 0 31 2 *"

    /// The arguments of a `setup` of queue `work` in all databases, for the runner.
    func setupArguments(queue: String = "work", schedule: String? = never, _ more: [String]) -> [String] {
        ["setup"] + databases.flatMap { ["--database", $0] }
            + ["--queue", queue, "--handler", "app.work", "--run-as", runner]
            + (schedule.map { ["--schedule", $0] } ?? []) + more
    }

    /// Sets queue `work` up in all databases; that it succeeds is part of every test.
    func setUp(
        queue: String = "work",
        schedule: String? = never,
        _ more: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let result = try await cronmill(setupArguments(queue: queue, schedule: schedule, more))
        try #require(result.exitCode == 0, "\(result.errors)", sourceLocation: sourceLocation)
    }

    func cronmill(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: [UInt8] = []
    ) async throws -> ProgramResult {
        try await server.cronmill(arguments, environment: environment, input: input)
    }

    /// Runs `cronmill` with `--database` for the first database put at the end.
    func cronmillHere(_ arguments: String..., input: String = "") async throws -> ProgramResult {
        try await server.cronmill(arguments + ["--database", database], input: Array(input.utf8))
    }

    func cronmillHere(_ arguments: [String], input: String = "") async throws -> ProgramResult {
        try await server.cronmill(arguments + ["--database", database], input: Array(input.utf8))
    }

    func connect(_ database: String? = nil, as role: String? = nil) async throws -> Connection {
        try await server.connect(database ?? self.database, as: role)
    }

    /// Runs statements as the superuser.
    func script(_ text: String, in database: String? = nil) async throws {
        let connection = try await connect(database)
        try await connection.activating(text)
        await connection.close()
    }

    /// The rows of a query by the superuser, columns joined by `|`, null shown as `-`.
    func rows(_ sql: SQL, in database: String? = nil) async throws -> [String] {
        let connection = try await connect(database)
        let rows = try await connection.query(sql)
        await connection.close()
        return rows.map { row in row.columns.map { row[$0] ?? "-" }.joined(separator: "|") }
    }

    /// Rows of the cron database.
    func cronRows(_ sql: SQL) async throws -> [String] {
        try await rows(sql, in: "postgres")
    }

    /// Jobs of a database: name, schedule, command, role, whether active.
    func jobs(of database: String? = nil) async throws -> [String] {
        try await cronRows(
            """
            select j.jobname, j.schedule, j.command, j.username, j.active
            from cron.job as j where j.database = \(database ?? self.database) order by j.jobname
            """
        )
    }

    /// Puts payloads `{"n": 1}` to `{"n": count}` into queue `work`.
    func enqueue(_ count: Int, in database: String? = nil) async throws {
        _ = try await rows(
            """
            select cronmill.enqueue_many('work', array_agg(jsonb_build_object('n', n))) from generate_series(1, \(count)) as n
            """,
            in: database
        )
    }

    /// Calls the generated procedure as the runner, as pg_cron does.
    func call(_ processor: String = "work", slot: Int = 1, in database: String? = nil) async throws {
        let connection = try await connect(database, as: runner)
        try await connection.execute("call cronmill_processor.\(identifier: processor)(\(unsafeRaw: String(slot)))")
        await connection.close()
    }

    /// What the handler did: the payloads' `n`, in order, one for each time it was done.
    func done(in database: String? = nil) async throws -> [Int] {
        let rows = try await rows("select n from app.done order by n", in: database)
        return rows.compactMap { Int($0) }
    }
}

/// Runs a test with databases and a role of its own, and afterwards unschedules what it has scheduled.
///
/// The databases themselves stay until the server ends with the test process: with PostgreSQL 15 and pg_cron 1.4
/// DROP DATABASE waits for as long as any job runs, and the housekeeper of the shared registry always does.
func withDatabases(
    _ count: Int = 1,
    named names: [String] = [],
    on own: TestServer? = nil,
    waitsForTurn: Bool = true,
    _ body: (Fixture) async throws -> Void
) async throws {
    try await (waitsForTurn ? Turnstile.busy : .patient).pass {
        let server = if let own { own } else { try await TestServer.shared() }
        let number = FixtureNumber.next()
        let databases = names.isEmpty ? (1...count).map { "e2e\(number)_\($0)" } : names
        let fixture = Fixture(server: server, databases: databases, runner: "runner\(number)")
        try await fixture.create()
        let failure: (any Error)?
        do {
            try await body(fixture)
            failure = nil
        } catch {
            failure = error
        }
        do {
            try await fixture.clear()
        } catch {
            Issue.record(error, "jobs may be left")
        }
        if let failure { throw failure }
    }
}

private enum FixtureNumber {
    private static let last = Mutex(0)

    static func next() -> Int {
        last.withLock { last in
            last += 1
            return last
        }
    }
}

extension Fixture {
    fileprivate func create() async throws {
        let cron = try await server.connect()
        try await cron.execute("create role \(identifier: runner) login")
        for database in databases where database != "postgres" {
            try await cron.execute("create database \(identifier: database)")
        }
        await cron.close()
        for database in databases {
            try await script(
                """
                create schema app;
                create table app.done (n bigint, payload jsonb, pid integer default pg_backend_pid());
                create function app.work(payload jsonb) returns void language sql begin atomic
                    insert into app.done (n, payload) values ((payload ->> 'n')::bigint, payload);
                end;
                grant usage on schema app to \(runner);
                grant insert on app.done to \(runner);
                """,
                in: database
            )
        }
    }

    /// Takes the databases out of the registry, so that no job of theirs is left for others to count or wait for.
    func clear() async throws {
        let databases = databases
        let deployment = server.deployment
        guard try await cronRows("select to_regclass('cronmill_cron.work_database')") != ["-"] else { return }
        try await deployment.whileSettingUp {
            for database in databases {
                let name = database.replacing("'", with: "''")
                try await script("select cronmill_cron.unregister('\(name)')", in: "postgres")
            }
        }
    }
}

extension Connection {
    /// Runs statements that may activate jobs: of two activations at once one is told to try again, and other tests
    /// activate theirs at this moment.
    func activating(_ text: String) async throws {
        for attempt in 1... {
            do {
                return try await script(text)
            } catch let error as PostgresError
                where attempt < 20
                // The last is what the server says of two changes of one row of a catalog.
                && (error.sqlState == .serializationFailure || error.sqlState == .deadlockDetected
                    || error.sqlState == "XX000")
            {
                try await Task.sleep(for: .milliseconds(Int.random(in: 10...60)))
            }
        }
    }
}

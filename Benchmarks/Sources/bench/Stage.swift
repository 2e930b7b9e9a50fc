internal import Postgres
internal import PrivateServer

/// The private server with Cronmill set up in it, and the ways to it.
struct Stage: Sendable {
    let server: PrivateServer
    let installation: ServerInstallation
    /// The `cronmill` that is measured.
    let program: String
    /// The folder of this package, with `sql` and `peers`.
    let folder: String
    /// The Python of the virtual environment with the peers in it.
    let python: String

    static let database = "bench"

    /// A schedule that never comes: the benchmarks call the procedures themselves.
    static let never = "0 0 31 2 *"

    /// Not PostgreSQL's defaults.
    static let settings = [
        "shared_buffers": "512MB",
        // As on any server that works: else it would measure checkpoints forced by the amount of WAL.
        "max_wal_size": "8GB",
        "track_commit_timestamp": "on",
        "cron.max_running_jobs": "32",
    ]

    /// Starts the server, sets Cronmill up in a work database, and makes what the benchmarks need there.
    ///
    /// - Parameter isDurable: whether a commit waits for the disk.
    static func build(_ programs: Programs, isDurable: Bool) async throws -> Stage {
        let durability = isDurable ? ["fsync": "on"] : [:]
        let stage = try await start(programs, settings: settings.merging(durability) { $1 })
        do {
            try await stage.furnish()
        } catch {
            await stage.server.stop()
            throw error
        }
        return stage
    }

    /// Starts a server with nothing in it.
    static func start(_ programs: Programs, settings: [String: String]) async throws -> Stage {
        var options = ServerOptions()
        options.settings = settings
        options.listensOnLoopback = true
        options.hostAuthentication = ["host all all 127.0.0.1/32 scram-sha-256"]
        let server = try await PrivateServer.start(programs.installation, options: options)
        return Stage(
            server: server,
            installation: programs.installation,
            program: programs.program,
            folder: programs.folder,
            python: programs.python
        )
    }

    /// What a stage is made of.
    struct Programs: Sendable {
        var installation: ServerInstallation
        var program: String
        var folder: String
        var python: String
    }

    private func furnish() async throws {
        _ = try await psql(["-c", "create extension pg_cron"], database: "postgres")
        _ = try await psql(["-c", "create database \(Self.database)"], database: "postgres")
        _ = try await psql(["-f", "\(folder)/sql/bench.sql"])
        try await setUp(queue: "noop", handler: "bench.noop")
        try await setUp(queue: "several", handler: "bench.noop", slots: 4)
        try await setUp(queue: "failing", handler: "bench.fail_some")
        // What fails is not to come back while the rest is drained.
        try await script(
            """
            update cronmill.processor set backoff_base = interval '1 hour' where name = 'failing';
            update cronmill.processor set enabled = true where name in ('noop', 'several')
            """
        )
    }

    /// Sets up a queue, to be drained by calls from here alone unless it is scheduled.
    func setUp(queue: String, handler: String, slots: Int = 1, isScheduled: Bool = false) async throws {
        let timing = isScheduled ? [] : ["--schedule", Self.never, "--linger", "0"]
        try await cronmill(
            ["setup", "--queue", queue, "--handler", handler, "--run-as", "bench_runner", "--slots", String(slots)]
                + timing
        )
    }

    func connect(
        as role: String? = nil,
        database: String = Self.database,
        onNotice: @escaping @Sendable (Notice) -> Void = { _ in }
    ) async throws -> Connection {
        var info = ConnectionInfo([
            "host": server.socketDirectory, "port": String(server.port), "user": server.superuser,
            "dbname": database,
        ])
        if let role { info["user"] = role }
        return try await Connection.connect(info, applicationName: "bench", onNotice: onNotice)
    }

    /// Runs statements as the superuser, each in a transaction of its own unless it begins one.
    func script(_ statements: String..., database: String = Self.database) async throws {
        let connection = try await connect(database: database)
        for statement in statements {
            try await connection.script(statement)
        }
        await connection.close()
    }

    func rows(_ sql: SQL, database: String = Self.database) async throws -> [Row] {
        let connection = try await connect(database: database)
        let rows = try await connection.query(sql)
        await connection.close()
        return rows
    }

    func one<Value: SQLDecodable>(
        _ sql: SQL,
        _ column: String,
        database: String = Self.database,
        as type: Value.Type = Value.self
    ) async throws -> Value {
        guard let row = try await rows(sql, database: database).first else { throw InvalidRound("no row: \(sql.text)") }
        return try row.get(column)
    }

    /// Runs `cronmill` for the work database, or for others.
    @discardableResult
    func cronmill(
        _ arguments: [String],
        databases: [String] = [Self.database],
        as role: String? = nil
    ) async throws -> String {
        try await runProgram(
            program,
            arguments + databases.flatMap { ["--database", $0] },
            environment: [
                "DB_HOST": server.socketDirectory, "DB_PORT": String(server.port), "DB_USER": role ?? server.superuser,
            ]
        )
    }

    func psql(_ arguments: [String], database: String = Self.database) async throws -> String {
        try await client("psql", ["-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-d", database] + arguments)
    }

    /// Runs a program of the server's installation.
    func client(_ name: String, _ arguments: [String], folder: String = "/") async throws -> String {
        try await runProgram(
            "\(installation.binDirectory)/\(name)",
            arguments,
            environment: [
                "PGHOST": server.socketDirectory, "PGPORT": String(server.port), "PGUSER": server.superuser,
            ],
            folder: folder
        )
    }
}

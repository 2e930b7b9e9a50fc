import Cronmill
import Glibc
import Postgres
import PrivateServer
import Synchronization

/// A private server with pg_cron for tests; it ends with the test process.
struct TestServer: Sendable {
    let server: PrivateServer
    let installation: ServerInstallation
    /// Settings it was started with, besides those of every private server.
    let settings: [String: String]

    var socketDirectory: String { server.socketDirectory }
    var port: Int { server.port }

    /// Set-ups with one registry go one after another, so there are some.
    private static let sharedStarts = (1...4).map { _ in
        Task {
            let server = try await own()
            // Here, since two tests that create it at once get in each other's way.
            let connection = try await server.connect()
            try await connection.execute("create extension pg_cron")
            await connection.close()
            return server
        }
    }
    private static let lastShared = Mutex(0)

    /// One of the servers that tests share, each with databases of its own, and all of a server with the one registry in
    /// `postgres`.
    static func shared() async throws -> TestServer {
        let number = lastShared.withLock { last in
            last += 1
            return last
        }
        return try await sharedStarts[number % sharedStarts.count].value
    }

    /// A new server, for a test that needs the instance to itself.
    ///
    /// - Parameters:
    ///   - settings: more settings, which win.
    ///   - authentication: lines put before those every test server has.
    ///   - cronDatabase: where pg_cron works.
    ///   - initialization: options for `initdb`.
    static func own(
        settings: [String: String] = [:],
        authentication: [String] = [],
        cronDatabase: String = "postgres",
        initialization: [String] = []
    ) async throws -> TestServer {
        let installation = try chosenInstallation()
        var options = ServerOptions()
        options.listensOnLoopback = true
        options.cronDatabase = cronDatabase
        options.initialization = initialization
        options.hostAuthentication = authentication + ["host all all 127.0.0.1/32 scram-sha-256"]
        options.settings = ["max_connections": "200", "cron.max_running_jobs": "90"]
            .merging(try modeSettings()) { $1 }
            .merging(settings) { $1 }
        let server = try await PrivateServer.start(installation, options: options)
        return TestServer(server: server, installation: installation, settings: options.settings)
    }

    /// How to reach a database as the superuser.
    func info(database: String) -> ConnectionInfo {
        ConnectionInfo([
            "host": server.socketDirectory, "port": String(server.port), "user": server.superuser, "dbname": database,
        ])
    }

    /// The way the library takes to this server.
    var deployment: Deployment {
        Deployment(cron: info(database: "postgres"), work: info(database: "postgres"))
    }

    /// Connects as the superuser, or as another role that needs no password on the socket.
    func connect(_ database: String = "postgres", as role: String? = nil) async throws -> Connection {
        var target = info(database: database)
        if let role { target["user"] = role }
        return try await Connection.connect(target, applicationName: "end-to-end-tests")
    }

    /// The environment by which `cronmill`, `psql` and `pg_dump` find this server.
    var environment: [String: String] {
        [
            "DB_HOST": server.socketDirectory, "DB_PORT": String(server.port), "DB_USER": server.superuser,
            "PGHOST": server.socketDirectory, "PGPORT": String(server.port), "PGUSER": server.superuser,
        ]
    }

    /// Runs the built `cronmill` against this server. That it waited for the set-up of another test is left out.
    func cronmill(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: [UInt8] = []
    ) async throws -> ProgramResult {
        var result = try await ProgramResult.of(
            try ProgramResult.cronmillPath(),
            arguments,
            environment: self.environment.filter { !$0.key.hasPrefix("PG") }.merging(environment) { $1 },
            input: input
        )
        let lines = result.errors.split(separator: "\n", omittingEmptySubsequences: false)
        result.errors = lines.filter { !$0.hasPrefix(Self.waiting) || !$0.contains("(cronmill)") }.joined(
            separator: "\n"
        )
        return result
    }

    private static let waiting = "waiting for another set-up of database"

    /// Runs a program of the server's installation, such as `psql` and `pg_dump`, against this server.
    func client(_ program: String, _ arguments: [String], input: [UInt8] = []) async throws -> ProgramResult {
        try await ProgramResult.of(
            "\(installation.binDirectory)/\(program)",
            arguments,
            environment: environment.filter { $0.key.hasPrefix("PG") },
            input: input
        )
    }

    /// CRONMILL_TEST_BIN is the folder of the server's programs; without it the newest installed one is taken.
    static func chosenInstallation() throws -> ServerInstallation {
        guard let folder = variable("CRONMILL_TEST_BIN") else { return try ServerInstallation.newestWithCron() }
        return try ServerInstallation.withCron(binDirectory: folder)
    }

    /// CRONMILL_TEST_MODE is how pg_cron runs its jobs: `libpq`, which is the default, or `workers`.
    private static func modeSettings() throws -> [String: String] {
        switch variable("CRONMILL_TEST_MODE") ?? "libpq" {
        case "libpq": ["cron.use_background_workers": "off"]
        // A job takes a worker process, and so do parallel queries and logical replication.
        case "workers": ["cron.use_background_workers": "on", "max_worker_processes": "120"]
        case let other: throw UnknownMode(name: other)
        }
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// Runs a test with a server of its own, which ends with it.
func withServer(
    settings: [String: String] = [:],
    authentication: [String] = [],
    cronDatabase: String = "postgres",
    initialization: [String] = [],
    _ body: (TestServer) async throws -> Void
) async throws {
    try await Turnstile.patient.pass {
        let server = try await TestServer.own(
            settings: settings,
            authentication: authentication,
            cronDatabase: cronDatabase,
            initialization: initialization
        )
        do {
            try await body(server)
            await server.server.stop()
        } catch {
            await server.server.stop()
            throw error
        }
    }
}

/// CRONMILL_TEST_MODE is neither `libpq` nor `workers`.
struct UnknownMode: Error {
    let name: String
}

/// Runs a test with a server of its own and a standby that replicates from it, which the test may stop.
func withStandby(
    settings: [String: String] = [:],
    _ body: (_ server: TestServer, _ standby: TestServer) async throws -> Void
) async throws {
    try await withServer(settings: settings, authentication: ["local replication all trust"]) { server in
        let standby = TestServer(
            server: try await PrivateServer.start(
                server.installation,
                options: ServerOptions(
                    settings: server.settings,
                    hostAuthentication: ["host all all 127.0.0.1/32 scram-sha-256"],
                    listensOnLoopback: true,
                    origin: .standby(of: server.server)
                )
            ),
            installation: server.installation,
            settings: server.settings
        )
        do {
            try await body(server, standby)
            await standby.server.stop()
        } catch {
            await standby.server.stop()
            throw error
        }
    }
}

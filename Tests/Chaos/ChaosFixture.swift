import Postgres
import PrivateServer

/// The private server of a run, and its databases.
struct ChaosFixture: Sendable {
    let server: PrivateServer
    /// The `cronmill` under test.
    let program: String
    /// Where sessions go on when it is promoted and the server is gone.
    var standby: PrivateServer?

    static let cronDatabase = "postgres"
    static let databases = ["chaos_1", "chaos_2"]
    static let runner = "chaos_runner"

    /// What libpq's environment has to say to find the server as the superuser.
    var variables: [String: String] {
        let servers = [server, standby].compactMap(\.self)
        return [
            "PGHOST": servers.map(\.socketDirectory).joined(separator: ","),
            "PGPORT": servers.map { String($0.port) }.joined(separator: ","),
            "PGUSER": server.superuser,
            "PGTARGETSESSIONATTRS": "read-write",
        ]
    }

    /// Connects as the superuser, or as another role that needs no password on the socket.
    func connect(_ database: String, as role: String? = nil) async throws -> Connection {
        let variables = variables
        var info = ConnectionInfo(["dbname": database, "connect_timeout": "5"])
        info["host"] = variables["PGHOST"]
        info["port"] = variables["PGPORT"]
        info["user"] = role ?? variables["PGUSER"]
        info["target_session_attrs"] = variables["PGTARGETSESSIONATTRS"]
        return try await Connection.connect(info, applicationName: "chaos")
    }

    /// Runs `body` with a connection of its own and closes it, whatever happens.
    func with<Value: Sendable>(
        _ database: String,
        as role: String? = nil,
        _ body: (Connection) async throws -> Value
    ) async throws -> Value {
        let connection = try await connect(database, as: role)
        do {
            let value = try await body(connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }

    /// The same, again while the server is down or the body's session is lost, for half a minute at most.
    func insist<Value: Sendable>(
        _ database: String,
        _ body: (Connection) async throws -> Value
    ) async throws -> Value {
        let end = ContinuousClock.now + .seconds(30)
        while true {
            do {
                return try await with(database, body)
            } catch let error as PostgresError where error.isPassing && ContinuousClock.now < end {
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }
}

extension PostgresError {
    /// Whether it comes from the disturbances and not from what was asked: the server is down, the session was ended,
    /// the statement canceled, or it met another change.
    var isPassing: Bool {
        if kind == .connection { return true }
        guard let sqlState else { return false }
        return sqlState.isClass("57") || sqlState.isClass("08") || sqlState.isClass("40")
            || sqlState == .tooManyConnections
    }
}

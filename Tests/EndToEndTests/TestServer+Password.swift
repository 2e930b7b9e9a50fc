import Postgres

extension TestServer {
    /// Makes a role that may log in, by password over 127.0.0.1; on the socket it needs none.
    func makeRole(_ name: String, _ attributes: String = "") async throws {
        let connection = try await connect()
        try await connection.execute(
            "create role \(identifier: name) login password \(literal: Self.password(of: name)) \(unsafeRaw: attributes)"
        )
        await connection.close()
    }

    /// Connects over 127.0.0.1, where the server asks for a password (scram-sha-256).
    func connectByPassword(_ database: String, as role: String) async throws -> Connection {
        try await Connection.connect(
            ConnectionInfo([
                "host": "127.0.0.1", "port": String(port), "user": role, "dbname": database,
                "password": Self.password(of: role),
            ]),
            applicationName: "end-to-end-tests"
        )
    }

    /// The environment by which `cronmill` logs in as a role by password, to both sides.
    func passwordEnvironment(_ role: String) -> [String: String] {
        ["DB_HOST": "127.0.0.1", "DB_USER": role, "DB_PASSWORD": Self.password(of: role)]
    }

    private static func password(of role: String) -> String { "secret of \(role)" }
}

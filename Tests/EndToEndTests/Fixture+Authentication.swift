import Postgres
import PrivateServer
import Testing

extension Fixture {
    /// Puts lines before the others of pg_hba.conf and has them read; what was put there before is gone.
    func hba(_ lines: [String]) async throws {
        try await server.hba(lines)
    }

    /// Makes pg_ident.conf this line. The server's system user is the one the server runs as.
    func identMap(_ line: String) async throws {
        try await server.identMap(line)
    }
}

extension TestServer {
    /// Puts lines before the others of pg_hba.conf and has them read; what was put there before is gone.
    func hba(_ lines: [String]) async throws {
        let rest = ["host all all 127.0.0.1/32 scram-sha-256", "local all all trust"]
        try await write(lines + rest, setting: "hba_file")
    }

    /// Makes pg_ident.conf this line, for the system user the server runs as.
    func identMap(_ line: String) async throws {
        let owner = try await ProgramResult.of(
            "/usr/bin/stat",
            ["-c", "%U", "\(server.directory)/data"],
            environment: [:]
        )
        try await write(
            [line.replacing("cronmill postgres", with: "cronmill \(owner.output.filter { $0 != "\n" })")],
            setting: "ident_file"
        )
    }

    /// The server writes the file itself, whose owner it is.
    private func write(_ lines: [String], setting: String) async throws {
        let connection = try await connect()
        let file: String = try #require(
            try await connection.query("select current_setting(\(setting)) as file").first
        ).get("file")
        // CSV would quote the quotes; the escape character of text is a backslash, and these lines have none.
        try await connection.execute(
            "copy (select unnest(\(unsafeRaw: lines.arrayLiteral)::text[])) to \(literal: file)"
        )
        try await connection.execute("select pg_reload_conf()")
        await connection.close()
    }
}

extension [String] {
    fileprivate var arrayLiteral: String {
        "array[" + map { "'\($0.replacing("'", with: "''"))'" }.joined(separator: ", ") + "]"
    }
}

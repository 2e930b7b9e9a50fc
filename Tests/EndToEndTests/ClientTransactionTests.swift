import Postgres
import Testing

/// Transactions and COPY, against a real server.
@Suite("Client transactions and COPY", .timeLimit(.minutes(60)))
struct ClientTransactionTests {
    private static let server = Task { try await TestServer.shared() }

    private struct Stop: Error, Equatable {}

    private func connect() async throws -> Connection {
        let connection = try await Connection.connect(try await Self.server.value.info(database: "postgres"))
        try await connection.execute(
            "create temporary table t (id int primary key deferrable initially deferred, name text)"
        )
        return connection
    }

    private func ids(_ connection: Connection) async throws -> [Int] {
        try await connection.query("select id from t order by id").map { row throws in try row.get("id") }
    }

    @Test("a transaction commits what its body did, and gives its value")
    func commit() async throws {
        let connection = try await connect()
        let count = try await connection.run { session in
            try session.transaction {
                #expect(session.isInTransaction)
                return try session.execute("insert into t values (1), (2)")
            }
        }
        #expect(count == 2)
        #expect(try await ids(connection) == [1, 2])
    }

    @Test("an error of the body rolls back and is the one that is thrown")
    func rollBack() async throws {
        let connection = try await connect()
        await #expect(throws: Stop()) {
            try await connection.run { session in
                try session.transaction {
                    try session.execute("insert into t values (1)")
                    throw Stop()
                }
            }
        }
        let error = await #expect(throws: PostgresError.self) {
            try await connection.run { session in
                try session.transaction {
                    try session.execute("insert into t values (1)")
                    try session.execute("select 1/0")
                }
            }
        }
        #expect(error?.sqlState == "22012")
        #expect(try await ids(connection) == [])
        #expect(try await !connection.run { $0.isInTransaction })
    }

    @Test("an error at the commit is thrown")
    func commitError() async throws {
        let connection = try await connect()
        let error = await #expect(throws: PostgresError.self) {
            try await connection.run { session in
                try session.transaction { try session.execute("insert into t values (1), (1)") }
            }
        }
        #expect(error?.sqlState == .uniqueViolation)
        #expect(try await !connection.run { $0.isInTransaction })
    }

    @Test("a body that hides an error of the server is told that nothing was committed")
    func hiddenError() async throws {
        let connection = try await connect()
        let error = await #expect(throws: PostgresError.self) {
            try await connection.run { session in
                try session.transaction {
                    try session.execute("insert into t values (1)")
                    #expect(throws: PostgresError.self) { try session.execute("select 1/0") }
                }
            }
        }
        #expect(error?.sqlState == .inFailedSQLTransaction)
        #expect(error?.message == "the transaction was rolled back, because a statement in it had failed")
        #expect(try await ids(connection) == [])
    }

    @Test("a transaction in a transaction is refused")
    func nested() async throws {
        let connection = try await connect()
        let error = await #expect(throws: PostgresError.self) {
            try await connection.run { session in
                try session.transaction { try session.transaction {} }
            }
        }
        #expect(error?.kind == .client)
        #expect(error?.message == "a transaction is open already, and transactions do not nest")
        #expect(try await !connection.run { $0.isInTransaction })
    }

    @Test("COPY takes rows in and gives them out")
    func copy() async throws {
        let connection = try await connect()
        let (stored, bytes) = try await connection.run { session in
            var number = 0
            let stored = try session.copyIn("copy t from stdin") {
                number += 1
                return number <= 20000 ? Array("\(number)\tnäme\n".utf8) : nil
            }
            var bytes: [UInt8] = []
            try session.copyOut("copy (select * from t order by id) to stdout") { bytes += $0 }
            return (stored, bytes)
        }
        #expect(stored == 20000)
        #expect(String(decoding: bytes, as: UTF8.self) == (1...20000).map { "\($0)\tnäme\n" }.joined())
    }

    @Test("a COPY that fails in the middle leaves the connection usable")
    func copyErrors() async throws {
        let connection = try await connect()
        await #expect(throws: Stop()) {
            try await connection.run { session in
                var count = 0
                _ = try session.copyIn("copy t from stdin") {
                    count += 1
                    if count == 3 { throw Stop() }
                    return Array("\(count)\tx\n".utf8)
                }
            }
        }
        let bad = await #expect(throws: PostgresError.self) {
            try await connection.run { session in
                var lines = ["1\tx\n", "two\tx\n", "3\tx\n"][...]
                _ = try session.copyIn("copy t from stdin") { lines.popFirst().map { Array($0.utf8) } }
            }
        }
        #expect(bad?.sqlState == "22P02")
        #expect(bad?.context == "COPY t, line 2, column id: \"two\"")
        await #expect(throws: Stop()) {
            try await connection.run { session in
                try session.copyOut("copy (select generate_series(1, 1000000000000)) to stdout") { _ in
                    throw Stop()
                }
            }
        }
        #expect(try await ids(connection) == [])
    }

    @Test("COPY in the wrong place is refused, and the connection stays usable")
    func misplacedCopy() async throws {
        let connection = try await connect()
        for sql in ["copy t from stdin", "copy t to stdout"] as [SQL] {
            let error = await #expect(throws: PostgresError.self) { try await connection.execute(sql) }
            #expect(error?.message == "COPY with the client needs copyIn or copyOut")
        }
        let error = await #expect(throws: PostgresError.self) {
            try await connection.run { session in try session.copyOut("select 1") { _ in } }
        }
        #expect(error?.message == "the statement is not a copy ... to stdout")
        let nested = await #expect(throws: PostgresError.self) {
            try await connection.run { session in
                try session.copyOut("copy (select 1) to stdout") { _ in try session.execute("select 1") }
            }
        }
        #expect(nested?.message == "another statement of this session is under way")
        #expect(try await ids(connection) == [])
    }

    @Test("a COPY is cancelled with its task", arguments: [true, false])
    func cancelCopy(isInward: Bool) async throws {
        let connection = try await connect()
        let task = Task {
            try await connection.run { session in
                if isInward {
                    _ = try session.copyIn("copy t (name) from stdin") { Array("x\n".utf8) }
                } else {
                    try session.copyOut("copy (select generate_series(1, 1000000000000)) to stdout") { _ in }
                }
            }
        }
        try await Task.sleep(for: .milliseconds(100))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await ids(connection) == [])
    }
}

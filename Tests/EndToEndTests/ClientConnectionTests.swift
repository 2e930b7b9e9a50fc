import Glibc
import Postgres
import Testing

/// Connecting, losing and cancelling, against a real server.
@Suite("Client connections", .timeLimit(.minutes(60)))
struct ClientConnectionTests {
    private static let server = Task { try await TestServer.shared() }

    private func info(database: String = "postgres") async throws -> ConnectionInfo {
        try await Self.server.value.info(database: database)
    }

    private func connect() async throws -> Connection {
        try await Connection.connect(try await info())
    }

    private func failure(_ body: () async throws -> Void) async throws -> PostgresError {
        try #require(await #expect(throws: PostgresError.self) { try await body() })
    }

    @Test("a database that does not exist is reported with its code")
    func absentDatabase() async throws {
        let info = try await info(database: "absent")
        let error = try await failure { _ = try await Connection.connect(info) }
        #expect(error.kind == .connection)
        #expect(error.sqlState == .invalidCatalogName)
        #expect(error.database == "absent")
        #expect(error.message.hasPrefix("connection to server "))
        #expect(error.message.hasSuffix("failed: FATAL:  database \"absent\" does not exist"))
    }

    @Test("a role that does not exist is reported without the password")
    func absentRole() async throws {
        var info = try await info()
        info["user"] = "absent"
        info["password"] = "hidden"
        let error = try await failure { _ = try await Connection.connect(info) }
        #expect(error.kind == .connection)
        #expect(error.message.contains("\"absent\""))
        #expect(!"\(error)".contains("hidden"))
    }

    @Test("a server that is not there and an unknown keyword are connection errors")
    func absentServer() async throws {
        let error = try await failure {
            _ = try await Connection.connect(ConnectionInfo(["host": "/nowhere", "dbname": "x", "port": "1"]))
        }
        #expect(error.kind == .connection)
        #expect(error.sqlState == nil)
        #expect(
            error.message == """
                connection to server on socket "/nowhere/.s.PGSQL.1" failed: No such file or directory
                \tIs the server running locally and accepting connections on that socket?
                """
        )
        let keyword = try await failure { _ = try await Connection.connect(ConnectionInfo(["sslmod": "x"])) }
        #expect(keyword.message == "invalid connection option \"sslmod\"")
    }

    @Test("the second host is taken when the first is not there")
    func severalHosts() async throws {
        var info = try await info()
        info["host"] = "/nowhere,\(try #require(info["host"]))"
        let connection = try await Connection.connect(info)
        #expect(try await connection.query("select 1 as one").first?["one"] == "1")
    }

    @Test("an attempt to connect ends at once with its task")
    func cancelConnect() async throws {
        let server = try SilentServer(isFull: false)
        let task = Task { try await Connection.connect(server.info) }
        try await Task.sleep(for: .milliseconds(100))
        let clock = ContinuousClock()
        let began = clock.now
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        #expect(clock.now - began < .seconds(30))
    }

    @Test("a server that does not answer is given up after connect_timeout")
    func connectTimeout() async throws {
        let server = try SilentServer(isFull: false)
        var info = server.info
        info["connect_timeout"] = "2"
        let clock = ContinuousClock()
        let began = clock.now
        let error = try await failure { _ = try await Connection.connect(info) }
        #expect(error.kind == .connection)
        #expect(error.message.hasSuffix("timeout expired"))
        #expect((.milliseconds(1900) ..< .seconds(30)).contains(clock.now - began))
    }

    @Test("a host that swallows packets is given up for the next one after connect_timeout")
    func swallowingHost() async throws {
        let server = try SilentServer(isFull: true)
        var info = try await info()
        info["host"] = "127.0.0.1,\(try #require(info["host"]))"
        info["port"] = "\(server.port),\(try #require(info["port"]))"
        info["connect_timeout"] = "2"
        let connection = try await Connection.connect(info)
        #expect(try await connection.query("select 1 as one").first?["one"] == "1")
    }

    @Test("everything runs on the connection's own thread, and waiting there holds nobody up")
    func ownThread() async throws {
        let connection = try await connect()
        let thread = try await connection.run { _ in UInt(pthread_self()) }
        let clock = ContinuousClock()
        let began = clock.now
        try await withThrowingTaskGroup { group in
            for _ in 0..<20 {
                group.addTask { _ = try await connect().query("select pg_sleep(8)") }
            }
            for _ in 0..<50 {
                await Task.yield()
                let current = try await connection.run { _ in UInt(pthread_self()) }
                #expect(current == thread)
            }
            try await group.waitForAll()
        }
        // One after another they would take 160.
        #expect(clock.now - began < .seconds(120))
    }

    @Test("a statement is cancelled with its task, and the connection is usable after it")
    func cancelStatement() async throws {
        let connection = try await connect()
        let clock = ContinuousClock()
        let began = clock.now
        let task = Task { try await connection.query("select pg_sleep(60)") }
        try await Task.sleep(for: .milliseconds(50))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(clock.now - began < .seconds(30))
        #expect(try await connection.query("select 1 as one").first?["one"] == "1")
    }

    @Test("a statement that heeds no cancel is left alone after ten seconds, and its connection is lost")
    func heedlessStatement() async throws {
        let connection = try await connect()
        let pid: Int = try #require(try await connection.query("select pg_backend_pid() as pid").first).get("pid")
        let task = Task {
            try await connection.script(
                """
                do $$ begin
                    loop
                        begin
                            perform pg_sleep(600);
                        exception
                            when query_canceled then null;
                        end;
                    end loop;
                end $$
                """
            )
        }
        let observer = try await connect()
        try await eventually("it sleeps where a cancel is caught") {
            try await observer.query("select from pg_stat_activity where pid = \(pid) and wait_event = 'PgSleep'").count
                == 1
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        let error = await #expect(throws: PostgresError.self) { try await connection.query("select 1") }
        #expect(error?.kind == .connection)
        // The server's side goes on until it is ended.
        #expect(
            try await observer.query("select pg_terminate_backend(\(pid)::integer) as is_sent").first?["is_sent"]
                == "t"
        )
    }

    @Test("a cancellation between two statements stops the second, and the transaction is rolled back")
    func cancelTransaction() async throws {
        let connection = try await connect()
        try await connection.execute("create temporary table t (id int)")
        let task = Task {
            try await connection.run { session in
                try session.transaction {
                    try session.execute("insert into t values (1)")
                    withUnsafeCurrentTask { $0?.cancel() }
                    try session.execute("select pg_sleep(60)")
                }
            }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        let isOpen = try await connection.run { $0.isInTransaction }
        #expect(!isOpen)
        #expect(try await connection.query("select id from t").isEmpty)
    }

    @Test("400 cancellations at random moments never reach the next statement")
    func lateCancellations() async throws {
        let connection = try await connect()
        var cancelled = 0
        for _ in 0..<400 {
            let task = Task { try await connection.query("select pg_sleep(0.002)") }
            try await Task.sleep(for: .microseconds(Int.random(in: 0...5000)))
            task.cancel()
            switch await task.result {
            case .success: break
            case .failure(let error):
                #expect(error is CancellationError)
                cancelled += 1
            }
            #expect(try await connection.query("select 1 as one").first?["one"] == "1")
        }
        #expect(cancelled > 0)
    }

    @Test("cancelled transactions always leave the connection outside a transaction")
    func cancelTransactionsAtRandom() async throws {
        let connection = try await connect()
        for _ in 0..<100 {
            let task = Task {
                try await connection.run { session in
                    try session.transaction {
                        for _ in 0..<20 {
                            try session.execute("select pg_sleep(0.0001)")
                        }
                    }
                }
            }
            try await Task.sleep(for: .microseconds(Int.random(in: 0...8000)))
            task.cancel()
            _ = await task.result
            let isOpen = try await connection.run { $0.isInTransaction }
            #expect(!isOpen)
        }
    }

    @Test("a statement timeout is not a cancellation")
    func statementTimeout() async throws {
        let connection = try await connect()
        try await connection.execute("set statement_timeout = '20ms'")
        let error = try await failure { _ = try await connection.query("select pg_sleep(60)") }
        #expect(error.sqlState == .queryCanceled)
        #expect(error.message == "canceling statement due to statement timeout")
    }

    @Test("a task cancelled before it begins sends nothing")
    func cancelledBefore() async throws {
        let connection = try await connect()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await connection.execute("create table never_created (id int)")
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await connection.query("select to_regclass('never_created') as name").first?["name"] == nil)
    }

    @Test("a lost connection is an error, and so is every statement after it")
    func lostConnection() async throws {
        let (connection, other) = (try await connect(), try await connect())
        let process = try await connection.run { $0.processID }
        _ = try await other.query("select pg_terminate_backend(\(process), 5000)")
        let first = try await failure { _ = try await connection.query("select 1") }
        #expect(first.sqlState == .adminShutdown || first.kind == .connection)
        for _ in 0..<3 {
            let later = try await failure { _ = try await connection.query("select 1") }
            #expect(later.kind == .connection)
            #expect(later.message == "no connection to the server\n".dropLast())
        }
        await connection.close()
    }

    @Test("a session that a crash of the server has ended is a lost connection at the next statement")
    func crash() async throws {
        try await withServer { server in
            let (connection, victim) = (try await server.connect(), try await server.connect())
            let process = try await victim.run { $0.processID }
            let own = try await connection.run { $0.processID }
            #expect(kill(process, SIGKILL) == 0)
            // The server says goodbye before it closes the connection, and libpq has both to read.
            try await eventually("the session's process is gone", within: .seconds(20)) { kill(own, 0) != 0 }
            let error = try await failure { try await connection.execute("select 1") }
            #expect(error.kind == .connection)
            #expect(error.sqlState == nil)
            await connection.close()
            await victim.close()
        }
    }

    @Test("a connection lost in the middle of a statement or a COPY is an error")
    func lostInTheMiddle() async throws {
        let (first, second, other) = (try await connect(), try await connect(), try await connect())
        let (firstID, secondID) = (try await first.run { $0.processID }, try await second.run { $0.processID })
        let sleeping = Task { try await first.query("select pg_sleep(60)") }
        let copying = Task {
            try await second.run { session in
                try session.copyOut(
                    "copy (select pg_sleep(0.001), repeat('x', 9000) from generate_series(1, 60000)) to stdout"
                ) { _ in }
            }
        }
        try await Task.sleep(for: .milliseconds(200))
        _ = try await other.query(
            "select pg_terminate_backend(pid) from unnest(\([Int(firstID), Int(secondID)])::int[]) pid"
        )
        for error in [
            try await failure { _ = try await sleeping.value }, try await failure { try await copying.value },
        ] {
            #expect(error.sqlState == .adminShutdown || error.kind == .connection)
        }
        let later = try await failure { try await second.execute("select 1") }
        #expect(later.kind == .connection)
    }

    @Test("closing twice is allowed, and a closed connection refuses statements")
    func close() async throws {
        let (connection, other) = (try await connect(), try await connect())
        let process = try await connection.run { $0.processID }
        await connection.close()
        await connection.close()
        let error = try await failure { _ = try await connection.query("select 1") }
        #expect(error.kind == .connection)
        #expect(error.message == "the connection is closed")
        try await expectGone(process, other)
    }

    @Test("a connection that nobody holds closes by itself")
    func forgotten() async throws {
        let other = try await connect()
        let process = try await connect().run { $0.processID }
        try await expectGone(process, other)
    }

    private func expectGone(_ process: Int32, _ other: Connection) async throws {
        for _ in 0..<100 {
            let rows = try await other.query("select 1 from pg_stat_activity where pid = \(process)")
            if rows.isEmpty { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("the session \(process) is still there")
    }
}

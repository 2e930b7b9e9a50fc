import Postgres
import Synchronization
import Testing

/// The client against a real server.
@Suite("Client", .timeLimit(.minutes(60)))
struct ClientTests {
    private static let server = Task { try await TestServer.shared() }

    private func connect(
        database: String = "postgres",
        onNotice: @escaping @Sendable (Notice) -> Void = { _ in },
        onStatement: (@Sendable (StatementTrace) -> Void)? = nil
    ) async throws -> Connection {
        try await Connection.connect(
            try await Self.server.value.info(database: database),
            applicationName: "client-tests",
            onNotice: onNotice,
            onStatement: onStatement
        )
    }

    private func failure(_ body: () async throws -> Void) async throws -> PostgresError {
        try #require(await #expect(throws: PostgresError.self) { try await body() })
    }

    @Test("values of every type come back as they went")
    func values() async throws {
        let connection = try await connect()
        let text = "it's \\ \"€\" \u{1F418}\n$1"
        let rows = try await connection.query(
            """
            select \(text) as text, \(Int.min)::bigint as int, \(true)::boolean as bool, \(0.1)::float8 as double,
                \(Double.infinity)::float8 as inf, \(Duration.milliseconds(-1500))::interval::text as duration,
                \(["a", "", "NULL", text])::text[] as texts, \([1, -2])::bigint[] as ints,
                \(nil as String?)::text as nothing, '{}'::text[] as empty, '{1,null}'::int[] as nulls, ''::text as blank
            """
        )
        let row = try #require(rows.first)
        #expect(rows.count == 1)
        #expect(try row.get("text", as: String.self) == text)
        #expect(try row.get("int", as: Int.self) == Int.min)
        #expect(try row.get("bool", as: Bool.self))
        #expect(try row.get("double", as: Double.self) == 0.1)
        #expect(try row.get("inf", as: Double.self) == .infinity)
        #expect(try row.get("duration", as: String.self) == "-00:00:01.5")
        #expect(try row.get("texts", as: [String].self) == ["a", "", "NULL", text])
        #expect(try row.get("ints", as: [Int64].self) == [1, -2])
        #expect(try row.get("nothing", as: String?.self) == nil)
        #expect(try row.get("empty", as: [String].self) == [])
        #expect(try row.get("nulls", as: [Int?].self) == [1, nil])
        #expect(try row.get("blank", as: String?.self) == "")
    }

    @Test("identifiers, literals and scripts mean the same to the server", arguments: [true, false])
    func quoting(standardStrings: Bool) async throws {
        let connection = try await connect()
        try await connection.execute("set standard_conforming_strings = \(literal: standardStrings)")
        try await connection.execute("set escape_string_warning = off")
        for text in [
            "", "a", "A", "it's", "a\"b", "a\\b", "\\'; drop table x; --", "é\"\u{301}'\u{301}", "user", "1a", "a$b",
        ] {
            let rows = try await connection.query(
                "select quote_ident(\(text)) as name, \(literal: text) as literal, \(text) as value"
            )
            #expect(rows.first?["name"] == Identifier(text).quoted)
            #expect(rows.first?["literal"] == text)
            let sql: SQL = "select \(text) as value, \(nil as Int?) as nothing"
            #expect(try await connection.query(SQL(unsafeRaw: sql.script)).first?["value"] == text)
        }
        let keywords = try await connection.query("select word, quote_ident(word) as quoted from pg_get_keywords()")
        for keyword in keywords where try keyword.get("word", as: String.self) != keyword.get("quoted") {
            let word: String = try keyword.get("word")
            #expect(Identifier(word).quoted == "\"\(word)\"")
        }
    }

    @Test("execute counts rows, a statement without rows gives none")
    func counts() async throws {
        let connection = try await connect()
        #expect(try await connection.execute("create temporary table t (id int)") == 0)
        #expect(try await connection.execute("insert into t select generate_series(1, 5)") == 5)
        #expect(try await connection.execute("update t set id = id where id > \(3)") == 2)
        #expect(try await connection.query("delete from t").isEmpty)
        #expect(try await connection.query("").isEmpty)
        try await connection.script("insert into t values (1); insert into t values (2)")
        #expect(try await connection.query("select id from t").count == 2)
    }

    @Test("the session knows its server and its application name")
    func session() async throws {
        let connection = try await connect()
        let (database, version, process) = try await connection.run { session in
            (session.database, session.serverVersion, session.processID)
        }
        let row = try #require(
            try await connection.query(
                """
                select current_database() as database, current_setting('server_version_num') as version,
                    pg_backend_pid() as process, current_setting('application_name') as application,
                    current_setting('client_encoding') as encoding
                """
            ).first
        )
        #expect(try row.get("database") == database)
        #expect(try row.get("version") == version)
        #expect(try row.get("process") == process)
        #expect(row["application"] == "client-tests")
        #expect(row["encoding"] == "UTF8")
    }

    @Test("every field of an error is kept")
    func errorFields() async throws {
        let connection = try await connect()
        try await connection.script(
            """
            create temporary table item (id int constraint item_id_positive check (id > 0), name text not null);
            create function pg_temp.fail() returns void language plpgsql as $$
            begin
                raise exception 'the message'
                    using errcode = 'MC001', detail = 'the detail', hint = 'the hint', schema = 's', table = 't',
                        column = 'c', datatype = 'd', constraint = 'k';
            end $$
            """
        )
        let raised = try await failure { _ = try await connection.query("select pg_temp.fail(), \(1)") }
        var expected = PostgresError(
            kind: .server,
            message: "the message",
            sqlState: "MC001",
            database: "postgres",
            statement: "select pg_temp.fail(), $1"
        )
        expected.severity = "ERROR"
        expected.detail = "the detail"
        expected.hint = "the hint"
        expected.context = raised.context
        (expected.schema, expected.table, expected.column) = ("s", "t", "c")
        (expected.dataType, expected.constraint) = ("d", "k")
        #expect(raised == expected)
        #expect(raised.context?.hasPrefix("PL/pgSQL function pg_temp") == true)

        let check = try await failure { try await connection.execute("insert into item values (\(-1), 'a')") }
        #expect(check.sqlState == .checkViolation)
        #expect(check.constraint == "item_id_positive")
        #expect(check.table == "item")
        #expect(check.detail == "Failing row contains (-1, a).")

        let syntax = try await failure { _ = try await connection.query("select 1 +") }
        #expect(syntax.sqlState == .syntaxError)
        #expect(syntax.position == 11)
        let inner = try await failure { try await connection.script("do $$ begin execute 'selec 1'; end $$") }
        #expect(inner.internalQuery == "selec 1")
        #expect(inner.internalPosition == 1)
        let zero = try await failure { _ = try await connection.query("select \("a\0b")") }
        #expect(zero.kind == .client)
        #expect(zero.message == "a parameter cannot contain a zero byte")
    }

    @Test("notices arrive with their fields")
    func notices() async throws {
        let notices = Mutex<[Notice]>([])
        let connection = try await connect(onNotice: { notice in notices.withLock { $0.append(notice) } })
        try await connection.script(
            "do $$ begin raise notice 'one' using hint = 'h'; raise warning 'two' using errcode = 'MC002'; end $$"
        )
        let received = notices.withLock { $0 }
        #expect(received.map(\.severity) == ["NOTICE", "WARNING"])
        #expect(received.map(\.message) == ["one", "two"])
        #expect(received.map(\.sqlState) == ["00000", "MC002"])
        #expect(received.first?.hint == "h")
        #expect(received.first?.database == "postgres")
    }

    @Test("statements are traced without their values, and with their failure")
    func traces() async throws {
        let traces = Mutex<[StatementTrace]>([])
        let connection = try await connect(onStatement: { trace in traces.withLock { $0.append(trace) } })
        _ = try await connection.query("select \("hidden"), pg_sleep(0.02)")
        _ = try await failure { _ = try await connection.query("select 1/0") }
        let received = traces.withLock { $0 }
        #expect(received.map(\.text) == ["select $1, pg_sleep(0.02)", "select 1/0"])
        #expect(received.map(\.failure) == [nil, "22012"])
        #expect(try #require(received.first).duration > .milliseconds(19))
    }
}

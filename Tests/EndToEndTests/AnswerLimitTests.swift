import Postgres
import Testing

/// What a session with a limit of its answers takes, and what it does not.
@Suite("Answer limits", .timeLimit(.minutes(60)))
struct AnswerLimitTests {
    private func connect(settings: LocalSettings?) async throws -> Connection {
        try await Connection.connect(
            try await TestServer.shared().info(database: "postgres"),
            settings: settings,
            answerLimit: AnswerLimit(bytes: 1 << 20, rows: 1_000)
        )
    }

    @Test("a row beyond the limit is refused in the server, and the connection goes on", arguments: [true, false])
    func rows(hasSettings: Bool) async throws {
        let connection = try await connect(settings: hasSettings ? LocalSettings(["jit": "off"]) : nil)
        let statements: [SQL] = [
            "select 1 as one, repeat('x', \(20_000_000)::integer) as text",
            "with found as materialized (select repeat('x', 20000000) as text) select * from found",
            "select\n    array_fill(1, array[3000000]) as numbers",
        ]
        for statement in statements {
            let error = try await #require(
                #expect(throws: PostgresError.self) { _ = try await connection.query(statement) }
            )
            #expect(error.sqlState == .programLimitExceeded && error.kind == .client, "\(error)")
            #expect(try await connection.query("select 1 as one").first?["one"] == "1")
        }
        await connection.close()
    }

    @Test("of the text of an error no more than its beginning is kept")
    func errors() async throws {
        let connection = try await connect(settings: nil)
        let error = try await #require(
            #expect(throws: PostgresError.self) {
                try await connection.run { session in
                    try session.script("do $$ begin raise exception '%', repeat('é', 5000000); end $$")
                }
            }
        )
        #expect(error.kind == .server && error.message.hasPrefix("éé"))
        #expect(error.message.utf8.count <= 1 << 20)
        await connection.close()
    }

    @Test("whatever a statement that is not beyond it gives comes as without one")
    func honest() async throws {
        let connection = try await connect(settings: LocalSettings(["jit": "off"]))
        // Of which each byte is doubled in the text of its row.
        let quotes = String(repeating: #""\"#, count: 500_000)
        #expect(try await connection.query("select \(quotes) as text").first?["text"] == quotes)
        let twice = try await connection.query("select 1 as a, 2 as a, null as b, '' as c, row(1, 2) as d -- last")
        #expect(twice.first?.columns == ["a", "a", "b", "c", "d"])
        #expect(twice.first?["a"] == "1" && twice.first?["d"] == "(1,2)")
        #expect(twice.first?["b"] == nil && twice.first?["c"] == "")
        let ordered = try await connection.query(
            "select g as n, \("p") as p from generate_series(1, 900) as g order by g desc"
        )
        #expect(ordered.compactMap { $0["n"] } == (1...900).reversed().map { "\($0)" })
        #expect(try await connection.query("select from generate_series(1, 3)").count == 3)
        #expect(try await connection.query("select pg_sleep(0) as nothing").first?["nothing"] == "")
        #expect(try await connection.query("values (1), (2)").count == 2)
        try await connection.execute("create temporary table kept (n integer)")
        let made = try await connection.query(
            "with made as (insert into pg_temp.kept values (1) returning n) select n from made"
        )
        #expect(made.first?["n"] == "1")
        await connection.close()
    }
}

import Postgres
import Testing

/// Tasks that are queries.
@Suite("Query processors", .timeLimit(.minutes(60)))
struct QueryTests {
    @Test(
        "a result is the column's values, distinct, in order, without nulls, under the hash that was given or that of the text"
    )
    func results() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpQueries()
            try await fixture.ask(
                "select id from app.point where x = 3 and id < 50 order by id desc",
                more: #"{"hash": "h1"}"#
            )
            try await fixture.ask("select x from app.point union all select null", key: "x", more: #"{"hash": "h1"}"#)
            try await fixture.ask(
                "select id from app.point where false",
                more: #"{"hash": "h2", "partition_datatype": "integer"}"#
            )
            try await fixture.ask("with w (v) as (values (7), (7), (5)) table w; -- a comment")
            try await fixture.answer()
            #expect(
                try await fixture.rows(
                    """
                    select r.query_hash, r.partition_key, r.result, r.row_count, r.is_cut, took > interval '0' as took
                    from app.query_result as r where r.query_hash like 'h_' order by 1, 2
                    """
                ) == ["h1|id|{3,13,23,33,43}|5|f|t", "h1|x|{0,1,2,3,4,5,6,7,8,9}|10|f|t", "h2|id|{}|0|f|t"]
            )
            #expect(
                try await fixture.rows(
                    """
                    select r.result, r.query, r.query_hash = encode(sha256(convert_to(r.query, 'UTF8')), 'hex') as is_hash
                    from app.query_result as r where r.query_hash not like 'h_'
                    """
                ) == ["{5,7}|with w (v) as (values (7), (7), (5)) table w; -- a comment|t"]
            )
            #expect(try await fixture.rows("select done, failed from cronmill.run") == ["4|0"])
        }
    }

    @Test("a hash that has a result is not computed again, unless it is asked for or its result is too old")
    func repeated() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpQueries()
            let count: SQL = "select r.row_count from app.query_result as r"
            try await fixture.ask("select id from app.point")
            try await fixture.answer()
            #expect(try await fixture.rows(count) == ["1000"])
            try await fixture.script("delete from app.point where id > 10")
            try await fixture.ask("select id from app.point")
            try await fixture.answer()
            #expect(try await fixture.rows(count) == ["1000"])
            try await fixture.ask("select id from app.point", more: #"{"refresh": true}"#)
            try await fixture.answer()
            #expect(try await fixture.rows(count) == ["10"])
            try await fixture.script("delete from app.point where id > 5")
            #expect(try await fixture.cronmillHere("configure", "fragments", "--refresh-after", "1h").exitCode == 0)
            try await fixture.ask("select id from app.point")
            try await fixture.answer()
            #expect(try await fixture.rows(count) == ["10"])
            try await fixture.script("update app.query_result set computed_at = computed_at - interval '1 hour'")
            try await fixture.ask("select id from app.point")
            try await fixture.answer()
            #expect(try await fixture.rows(count) == ["5"])
            #expect(
                try await fixture.rows("select sum(done) as done, sum(failed) as failed from cronmill.run") == ["5|0"]
            )
        }
    }

    @Test(
        "while one slot computes a query, another puts the same one off without an attempt, and then finds its result"
    )
    func atOnce() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpQueries()
            try await fixture.ask("select id from app.point", more: #"{"hash": "h"}"#)
            let other = try await fixture.connect(as: fixture.runner)
            try await other.execute("begin")
            try await other.execute(
                #"select cronmill.hold_query(jsonb_populate_record(null::cronmill.query_task, '{"query_hash": "h", "partition_key": "id"}'))"#
            )
            try await fixture.answer()
            let waiting = try await fixture.rows(
                "select attempts, error_sqlstate, run_at > enqueued_at as is_later from cronmill.task"
            )
            #expect(waiting == ["0|-|t"])
            #expect(try await fixture.rows("select count(*) from app.query_result") == ["0"])
            try await other.execute("rollback")
            await other.close()
            try await fixture.script("update cronmill.task set run_at = now()")
            try await fixture.answer()
            #expect(try await fixture.rows("select row_count from app.query_result") == ["1000"])
        }
    }

    @Test("a query with more values than the limit is dead, or cut and marked, as its processor says at that moment")
    func limit() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpQueries("--result-limit", "10")
            try await fixture.ask("select x from app.point", key: "x")
            try await fixture.ask("select id from app.point")
            try await fixture.answer()
            #expect(
                try await fixture.rows("select partition_key, row_count, is_cut from app.query_result") == ["x|10|f"]
            )
            #expect(try await fixture.deadQueries() == ["MC102|the query has more than 10 values"])
            try await fixture.script("update cronmill.processor set over_limit = 'cut', result_limit = 3")
            try await fixture.ask("select id from app.point order by id desc")
            try await fixture.answer()
            #expect(
                try await fixture.rows(
                    "select result, row_count, is_cut from app.query_result where partition_key = 'id'"
                )
                    == ["{1,2,3}|3|t"]
            )
            try await fixture.script("update cronmill.processor set result_limit = null")
            try await fixture.ask("select id from app.point", more: #"{"hash": "all"}"#)
            try await fixture.answer()
            #expect(
                try await fixture.rows("select row_count, is_cut from app.query_result where query_hash = 'all'") == [
                    "1000|f"
                ]
            )
        }
    }

    @Test(
        "values may be of any type that has an order; a query of another type is dead",
        arguments: [
            ("text", "select name from app.point where id < 3", "{\"point 1\",\"point 2\"}"),
            ("uuid", "select '00000000-0000-0000-0000-00000000000b'::uuid", "{00000000-0000-0000-0000-00000000000b}"),
            ("timestamptz", "select date '2026-01-02'::timestamptz at time zone 'UTC' at time zone 'UTC'", nil),
            ("app.\"Col our\"", "values ('red'::app.\"Col our\"), ('blue')", "{red,blue}"),
        ] as [(String, String, String?)]
    )
    func types(type: String, query: String, result: String?) async throws {
        try await withDatabases { fixture in
            try await fixture.script("create type app.\"Col our\" as enum ('red', 'blue')")
            try await fixture.setUpQueries("--result-type", type)
            try await fixture.ask(query)
            try await fixture.ask("select id from app.point")
            try await fixture.ask(query, more: #"{"hash": "b", "partition_datatype": "bigint"}"#)
            try await fixture.answer()
            let found = try await fixture.rows("select result from app.query_result")
            #expect(found.count == 1)
            if let result { #expect(found == [result]) }
            let name = type == "timestamptz" ? "timestamp with time zone" : type
            #expect(
                try await fixture.deadQueries() == [
                    "MC102|the query's column has type bigint, and the results are of type \(name) (SQLSTATE 42804)",
                    "MC102|partition_datatype is bigint, and the results are of type \(name)",
                ]
            )
        }
    }

    @Test("a failure that time may cure is tried again, and the queries beside it are done")
    func retry() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpQueries()
            try await fixture.ask("select x / (x - x) from app.point")
            try await fixture.ask("select id from app.point")
            try await fixture.answer()
            let task = try await fixture.rows("select attempts, error_sqlstate, error_message from cronmill.task")
            #expect(task == ["1|22012|division by zero"])
            #expect(try await fixture.rows("select row_count from app.query_result") == ["1000"])
        }
    }

    @Test("a query past the timeout is stopped, and the next one is done")
    func timeout() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpQueries("--timeout", "1s")
            try await fixture.ask(
                "select count(*) from generate_series(1, 1000000) as a, generate_series(1, 1000000) as b"
            )
            try await fixture.ask("select id from app.point")
            try await fixture.whileWatching { try await fixture.answer() }
            let task = try await fixture.rows("select attempts, error_sqlstate, error_message from cronmill.task")
            #expect(task == ["1|57014|task timed out after 00:00:01"])
            #expect(try await fixture.rows("select row_count from app.query_result") == ["1000"])
        }
    }

    @Test("pgbench's tables: ranges of accounts, computed by pg_cron in two slots, are what the queries give directly")
    func pgbench() async throws {
        try await withDatabases { fixture in
            let made = try await fixture.server.client("pgbench", ["-i", "-s", "1", "-q", fixture.database])
            try #require(made.exitCode == 0, "\(made.errors)")
            try await fixture.script("grant select on pgbench_accounts, pgbench_branches to \(fixture.runner)")
            let setup = try await fixture.cronmillHere(
                "setup",
                "--queue",
                "fragments",
                "--query-results",
                "app.query_result",
                "--run-as",
                fixture.runner,
                "--slots",
                "2",
                "--enable"
            )
            try #require(setup.exitCode == 0, "\(setup.errors)")
            let query = """
                select a.aid from pgbench_accounts as a join pgbench_branches as b using (bid)
                where a.aid between %s and %s and a.abalance >= b.bbalance
                """
            _ = try await fixture.rows(
                """
                select cronmill.enqueue('fragments', jsonb_build_object(
                    'query', format(\(query)::text, n * 1000 + 1, n * 1000 + 1500), 'partition_key', 'aid', 'hash', n::text))
                from generate_series(0, 99) as n
                """
            )
            try await eventually("all are computed", within: .seconds(100)) {
                try await fixture.rows("select count(*) from app.query_result") == ["100"]
            }
            #expect(
                try await fixture.rows(
                    """
                    select count(*) as same from app.query_result as r
                    where r.result = array(
                        select a.aid::bigint from pgbench_accounts as a
                        where a.aid between r.query_hash::integer * 1000 + 1 and r.query_hash::integer * 1000 + 1500
                        order by 1
                    )
                    """
                ) == ["100"]
            )
        }
    }
}

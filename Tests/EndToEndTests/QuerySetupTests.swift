import Postgres
import Testing

/// Setting up, changing, repairing and removing query processors.
@Suite("Query processor set-up", .timeLimit(.minutes(60)))
struct QuerySetupTests {
    @Test("a second setup has nothing to change; a changed setting is told, and its role gets what it takes, no more")
    func twice() async throws {
        try await withDatabases { place in
            try await place.setUpQueries("--result-limit", "5")
            let again = try await place.cronmillHere(place.queryArguments(["--result-limit", "5"]))
            #expect(again.errors == "\(place.database): nothing to change\n")
            let changed = try await place.cronmillHere(
                "configure",
                "fragments",
                "--result-limit",
                "none",
                "--over-limit",
                "cut",
                "--refresh-after",
                "90m"
            )
            #expect(
                changed.errors
                    == "\(place.database): change processor fragments: result-limit 5 -> none, over-limit dead -> cut, refresh-after none -> 1h30m\n"
            )
            let granted: SQL = """
                select string_agg(a.privilege_type, ' ' order by a.privilege_type) as of_table
                from pg_class as c cross join lateral aclexplode(c.relacl) as a
                where c.oid = 'app.query_result'::regclass and a.grantee = \(place.runner)::regrole
                """
            #expect(try await place.rows(granted) == ["INSERT SELECT UPDATE"])
            try await place.script(
                "create role other\(place.runner) login; grant usage on schema app to other\(place.runner)"
            )
            let moved = try await place.cronmillHere("configure", "fragments", "--run-as", "other\(place.runner)")
            #expect(moved.exitCode == 0, "\(moved.errors)")
            #expect(try await place.rows(granted) == ["-"])
            #expect(
                try await place.rows(
                    """
                    select r.role, has_function_privilege(r.role, 'cronmill_processor.fragments(jsonb)', 'execute') as may
                    from (values (\(place.runner)::text), (\("other" + place.runner))) as r (role)
                    """
                ) == ["\(place.runner)|f", "other\(place.runner)|t"]
            )
        }
    }

    @Test(
        "a handler that was dropped or edited is a difference, and sync makes it anew with its grants",
        arguments: [
            ("drop function cronmill_processor.fragments(jsonb)", "its handler is gone"),
            (
                "create or replace function cronmill_processor.fragments(payload jsonb) returns void language sql as ''",
                "its handler was changed by hand"
            ),
        ]
    )
    func sync(statement: String, difference: String) async throws {
        try await withDatabases { place in
            try await place.setUpQueries()
            try await place.script(statement)
            let check = try await place.cronmillHere("sync", "--check")
            #expect(check.exitCode == 3)
            #expect(check.output.contains(difference) || check.errors.contains(difference), "\(check)")
            #expect(try await place.cronmillHere("sync").exitCode == 0)
            #expect(try await place.cronmillHere("sync", "--check").exitCode == 0)
            try await place.ask("select id from app.point")
            try await place.answer()
            #expect(try await place.rows("select row_count from app.query_result") == ["1000"])
        }
    }

    @Test("a table of results that was dropped is a difference, and is made anew when its type is said")
    func gone() async throws {
        try await withDatabases { place in
            try await place.setUpQueries("--result-type", "integer")
            try await place.script("drop table app.query_result")
            let check = try await place.cronmillHere("sync", "--check")
            #expect(check.exitCode == 3)
            #expect(
                check.output.contains("table app.query_result of query processor \"fragments\" is gone"),
                "\(check)"
            )
            let unsaid = try await place.cronmillHere(place.queryArguments())
            #expect(unsaid.exitCode == 1)
            let said = try await place.cronmillHere(place.queryArguments(["--result-type", "integer"]))
            #expect(said.exitCode == 0, "\(said.errors)")
            try await place.ask("select x from app.point")
            try await place.answer()
            #expect(try await place.rows("select row_count from app.query_result") == ["10"])
        }
    }

    @Test("removing it drops what was generated and keeps the results, says so, and they can be used again")
    func remove() async throws {
        try await withDatabases { place in
            try await place.setUpQueries()
            try await place.ask("select id from app.point")
            try await place.answer()
            let removed = try await place.cronmillHere("remove", "fragments")
            #expect(removed.exitCode == 0)
            #expect(removed.errors.contains("Table app.query_result is kept, with its results."), "\(removed.errors)")
            let left: SQL = "select count(*) from pg_proc where pronamespace = 'cronmill_processor'::regnamespace"
            #expect(try await place.rows(left) == ["0"])
            #expect(try await place.cronmillHere(place.queryArguments()).exitCode == 0)
            let all = try await place.cronmillHere("remove", "--everything", "--yes")
            #expect(all.errors.contains("Table app.query_result is kept, with its results."), "\(all.errors)")
            #expect(try await place.rows("select row_count from app.query_result") == ["1000"])
        }
    }

    @Test("names with quotes, dollars and newlines in them work")
    func names() async throws {
        try await withDatabases { place in
            let queue = "it's \"$cronmill$\"; --"
            let result = try await place.cronmillHere(
                "setup",
                "--queue",
                queue,
                "--query-results",
                "app.\"we're \"\"$cronmill$\n\"\"\"",
                "--run-as",
                place.runner,
                "--schedule",
                Workplace.never,
                "--enable"
            )
            try #require(result.exitCode == 0, "\(result.errors)")
            _ = try await place.rows(
                "select cronmill.enqueue(\(queue), jsonb_build_object('query', 'values (1), (2)', 'partition_key', 'it''s'))"
            )
            try await place.call(queue)
            #expect(
                try await place.rows("select result from app.\"we're \"\"$cronmill$\n\"\"\"") == ["{1,2}"]
            )
        }
    }

    @Test(
        "what cannot be is refused before anything is done",
        arguments: [
            (["--query-results", "results"], "table results is not schema-qualified"),
            (["--query-results", "nowhere.results"], "schema nowhere of table nowhere.results does not exist"),
            (["--query-results", "app.done"], "table app.done cannot keep results"),
            (["--query-results", "app.r", "--result-type", "json"], "results cannot be of type json"),
            (["--query-results", "app.r", "--result-type", "no such"], "type no such does not exist"),
            (["--query-results", "app.r", "--handler", "app.work"], "the handler of a query processor is generated"),
            (["--handler", "app.work", "--result-limit", "5"], "is no query processor"),
            (["--query-results", "app.r", "--result-limit", "0"], "--result-limit 0: not a number"),
        ]
    )
    func refused(arguments: [String], message: String) async throws {
        try await withDatabases { place in
            let result = try await place.cronmillHere(
                ["setup", "--queue", "fragments", "--run-as", place.runner] + arguments
            )
            #expect(result.exitCode != 0)
            #expect(result.errors.contains(message), "\(result.errors)")
            #expect(try await place.rows("select to_regclass('app.r')") == ["-"])
            #expect(try await place.rows("select to_regnamespace('cronmill')") == ["-"])
        }
    }

    @Test("an ordinary processor does not become one by plain SQL, nor does one change its table")
    func plain() async throws {
        try await withDatabases { place in
            try await place.setUp()
            try await place.setUpQueries()
            for statement in [
                "update cronmill.processor set result_table = 'app.query_result' where name = 'work'",
                "update cronmill.processor set result_table = 'app.point' where name = 'fragments'",
                "update cronmill.processor set result_table = null where name = 'fragments'",
                "update cronmill.processor set handler = 'app.work(jsonb)' where name = 'fragments'",
            ] {
                let error = try await expectedError { try await place.script(statement) }
                #expect(error.sqlState == "MC002", "\(statement)")
            }
        }
    }
}

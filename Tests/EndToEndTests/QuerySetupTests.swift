import Postgres
import Testing

/// Setting up, changing, repairing and removing query processors.
@Suite("Query processor set-up", .timeLimit(.minutes(60)))
struct QuerySetupTests {
    @Test("a second setup has nothing to change; a changed setting is told, and its role gets what it takes, no more")
    func twice() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpQueries("--result-limit", "5")
            let again = try await fixture.cronmillHere(fixture.queryArguments(["--result-limit", "5"]))
            #expect(again.errors == "\(fixture.database): nothing to change\n")
            let changed = try await fixture.cronmillHere(
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
                    == "\(fixture.database): change processor fragments: result-limit 5 -> none, over-limit dead -> cut, refresh-after none -> 1h30m\n"
            )
            let granted: SQL = """
                select string_agg(a.privilege_type, ' ' order by a.privilege_type) as of_table
                from pg_class as c cross join lateral aclexplode(c.relacl) as a
                where c.oid = 'app.query_result'::regclass and a.grantee = \(fixture.runner)::regrole
                """
            #expect(try await fixture.rows(granted) == ["INSERT SELECT UPDATE"])
            try await fixture.script(
                "create role other\(fixture.runner) login; grant usage on schema app to other\(fixture.runner)"
            )
            let moved = try await fixture.cronmillHere("configure", "fragments", "--run-as", "other\(fixture.runner)")
            #expect(moved.exitCode == 0, "\(moved.errors)")
            #expect(try await fixture.rows(granted) == ["-"])
            #expect(
                try await fixture.rows(
                    """
                    select r.role, has_function_privilege(r.role, 'cronmill_processor.fragments(jsonb)', 'execute') as may
                    from (values (\(fixture.runner)::text), (\("other" + fixture.runner))) as r (role)
                    """
                ) == ["\(fixture.runner)|f", "other\(fixture.runner)|t"]
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
        try await withDatabases { fixture in
            try await fixture.setUpQueries()
            try await fixture.script(statement)
            let check = try await fixture.cronmillHere("sync", "--check")
            #expect(check.exitCode == 3)
            #expect(check.output.contains(difference) || check.errors.contains(difference), "\(check)")
            #expect(try await fixture.cronmillHere("sync").exitCode == 0)
            #expect(try await fixture.cronmillHere("sync", "--check").exitCode == 0)
            try await fixture.ask("select id from app.point")
            try await fixture.answer()
            #expect(try await fixture.rows("select row_count from app.query_result") == ["1000"])
        }
    }

    @Test("a table of results that was dropped is a difference, and is made anew when its type is said")
    func gone() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpQueries("--result-type", "integer")
            try await fixture.script("drop table app.query_result")
            let check = try await fixture.cronmillHere("sync", "--check")
            #expect(check.exitCode == 3)
            #expect(
                check.output.contains("table app.query_result of query processor \"fragments\" is gone"),
                "\(check)"
            )
            let unsaid = try await fixture.cronmillHere(fixture.queryArguments())
            #expect(unsaid.exitCode == 1)
            let said = try await fixture.cronmillHere(fixture.queryArguments(["--result-type", "integer"]))
            #expect(said.exitCode == 0, "\(said.errors)")
            try await fixture.ask("select x from app.point")
            try await fixture.answer()
            #expect(try await fixture.rows("select row_count from app.query_result") == ["10"])
        }
    }

    @Test("removing it drops what was generated and keeps the results, says so, and they can be used again")
    func remove() async throws {
        try await withDatabases { fixture in
            try await fixture.setUpQueries()
            try await fixture.ask("select id from app.point")
            try await fixture.answer()
            let removed = try await fixture.cronmillHere("remove", "fragments")
            #expect(removed.exitCode == 0)
            #expect(removed.errors.contains("Table app.query_result is kept, with its results."), "\(removed.errors)")
            let left: SQL = "select count(*) from pg_proc where pronamespace = 'cronmill_processor'::regnamespace"
            #expect(try await fixture.rows(left) == ["0"])
            #expect(try await fixture.cronmillHere(fixture.queryArguments()).exitCode == 0)
            let all = try await fixture.cronmillHere("remove", "--everything", "--yes")
            #expect(all.errors.contains("Table app.query_result is kept, with its results."), "\(all.errors)")
            #expect(try await fixture.rows("select row_count from app.query_result") == ["1000"])
        }
    }

    @Test("names with quotes, dollars and newlines in them work")
    func names() async throws {
        try await withDatabases { fixture in
            let queue = "it's \"$cronmill$\"; --"
            let result = try await fixture.cronmillHere(
                "setup",
                "--queue",
                queue,
                "--query-results",
                "app.\"we're \"\"$cronmill$\n\"\"\"",
                "--run-as",
                fixture.runner,
                "--schedule",
                Fixture.never,
                "--enable"
            )
            try #require(result.exitCode == 0, "\(result.errors)")
            _ = try await fixture.rows(
                "select cronmill.enqueue(\(queue), jsonb_build_object('query', 'values (1), (2)', 'partition_key', 'it''s'))"
            )
            try await fixture.call(queue)
            #expect(
                try await fixture.rows("select result from app.\"we're \"\"$cronmill$\n\"\"\"") == ["{1,2}"]
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
        try await withDatabases { fixture in
            let result = try await fixture.cronmillHere(
                ["setup", "--queue", "fragments", "--run-as", fixture.runner] + arguments
            )
            #expect(result.exitCode != 0)
            #expect(result.errors.contains(message), "\(result.errors)")
            #expect(try await fixture.rows("select to_regclass('app.r')") == ["-"])
            #expect(try await fixture.rows("select to_regnamespace('cronmill')") == ["-"])
        }
    }

    @Test("an ordinary processor does not become one by plain SQL, nor does one change its table")
    func plain() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            try await fixture.setUpQueries()
            for statement in [
                "update cronmill.processor set result_table = 'app.query_result' where name = 'work'",
                "update cronmill.processor set result_table = 'app.point' where name = 'fragments'",
                "update cronmill.processor set result_table = null where name = 'fragments'",
                "update cronmill.processor set handler = 'app.work(jsonb)' where name = 'fragments'",
            ] {
                let error = try await expectedError { try await fixture.script(statement) }
                #expect(error.sqlState == "MC002", "\(statement)")
            }
        }
    }
}

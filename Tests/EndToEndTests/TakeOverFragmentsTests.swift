import Postgres
import Testing

/// What PartitionCache can do, and Cronmill does in its stead, in its tables.
@Suite("Taking over fragments of PartitionCache", .timeLimit(.minutes(60)))
struct TakeOverFragmentsTests {
    /// Takes over what is disabled: runs are called by hand.
    private func takeOver(_ old: PartitionCacheFixture, _ more: String...) async throws -> ProgramResult {
        try await old.fixture.cronmill(old.arguments + ["--job", old.one, "--queue", "fragments"] + more)
    }

    private func ask(_ old: PartitionCacheFixture, _ hash: String, _ key: String, _ type: String?, _ query: String)
        async throws
    {
        _ = try await old.fixture.rows(
            """
            insert into public.first_query_fragment_queue (query, hash, partition_key, partition_datatype)
            values (\(query), \(hash), \(key), \(type))
            """
        )
    }

    /// Does what waits, as pg_cron would.
    private func answer(_ old: PartitionCacheFixture) async throws {
        _ = try await old.fixture.rows("update cronmill.processor set linger = '0'")
        try await old.fixture.call("fragments", slot: 0)
    }

    @Test("several keys of several types, several columns, and values of types that an INSERT would take")
    func kinds() async throws {
        try await withPartitionCache { old in
            let fixture = old.fixture
            try await old.configure(isEnabled: false)
            try await ask(old, "id", "id", "integer", "select id from public.point where x = 3 and id < 60")
            try await ask(old, "text", "name", "text", "select distinct name from public.point")
            try await ask(old, "star", "name", nil, "select * from public.point where id < 3;")
            try await ask(
                old,
                "twice",
                "x",
                nil,
                "select p.*, q.name from public.point as p, public.point as q where p.id = 4 and q.id = 5"
            )
            try await ask(old, "at", "at", "timestamp", "select at at time zone 'UTC' from public.point")
            try await ask(old, "zoned", "at", "timestamp", "select at from public.point where id = 2")
            try await ask(old, "code", "code", "text", "select distinct code from public.point")
            try await ask(old, "price", "price", "float", "select price from public.point")
            try await ask(old, "rounded", "id", "integer", "select 7.4::numeric as id")
            let result = try await takeOver(old)
            #expect(result.exitCode == 0, "\(result.errors)")
            try await answer(old)
            #expect(
                try await fixture.rows("select d.payload ->> 'hash', d.error_message from cronmill.dead_task as d")
                    == []
            )
            var found: [String] = []
            for key in ["at", "code", "id", "name", "price", "x"] {
                found += try await fixture.rows(
                    """
                    select c.query_hash, pg_typeof(c.partition_keys), c.partition_keys, c.partition_keys_count
                    from public.\(unsafeRaw: "fast_cache_\(key)") as c order by c.query_hash
                    """
                )
            }
            #expect(
                found.filter { !$0.hasPrefix("zoned|") && !$0.hasPrefix("at|") } == [
                    #"code|text[]|{00000000-0000-0000-0000-000000000000,00000000-0000-0000-0000-000000000001,00000000-0000-0000-0000-000000000002,00000000-0000-0000-0000-000000000003}|4"#,
                    "id|integer[]|{3,23,43}|3", "rounded|integer[]|{7}|1",
                    #"star|text[]|{"point 1","point 2"}|2"#, #"text|text[]|{"point 0","point 1","point 2"}|3"#,
                    "price|numeric[]|{12345678901234567890,12345678901234567891}|2", "twice|integer[]|{4}|1",
                ]
            )
            #expect(
                found.filter {
                    $0.hasPrefix("zoned|timestamp without time zone[]|")
                        || $0.hasPrefix("at|timestamp without time zone[]|")
                }.count == 2
            )
            #expect(
                try await fixture.rows(
                    "select m.partition_key, m.datatype from public.fast_partition_metadata as m order by 1"
                ) == [
                    "at|timestamp", "code|text", "id|integer", "name|text", "price|float", "x|integer",
                ]
            )
            #expect(try await fixture.rows("select distinct q.status from public.fast_queries as q") == ["ok"])
            // Who owns the tables there are owns those that were made.
            #expect(
                try await fixture.rows(
                    """
                    select count(distinct c.relowner) from pg_class as c
                    where c.relname ~ '^fast_' and c.relkind = 'r'
                    """
                ) == ["1"]
            )
        }
    }

    @Test("what would fail is said before anything moves; taken over all the same, it is remembered and not done again")
    func failing() async throws {
        try await withPartitionCache { old in
            let fixture = old.fixture
            try await old.configure(isEnabled: false)
            try await fixture.script("create table public.secret (id bigint)")
            try await ask(old, "secret", "id", "integer", "select id from public.secret")
            try await ask(old, "gone", "id", "integer", "select id from public.nowhere")
            try await ask(old, "gone too", "id", "integer", "select id from public.nowhere")
            try await ask(old, "good", "id", "integer", "select id from public.point where id = 1")
            let refused = try await takeOver(old)
            #expect(refused.exitCode == 1)
            #expect(refused.errors.contains("3 fragments that wait would fail"), "\(refused.errors)")
            #expect(
                refused.errors.contains(
                    "2 fragments: relation \"public.nowhere\" does not exist. 1 fragment: role \"\(fixture.runner)\" may not read public.secret."
                ),
                "\(refused.errors)"
            )
            #expect(try await fixture.rows("select count(*) from public.first_query_fragment_queue") == ["4"])
            #expect(try await fixture.rows("select count(*) from cronmill.task") == ["0"])
            #expect(try await takeOver(old, "--accept-failing").exitCode == 0)
            try await answer(old)
            let status: SQL = "select q.query_hash, q.status from public.fast_queries as q order by 1"
            #expect(try await fixture.rows(status) == ["gone|failed", "gone too|failed", "good|ok", "secret|failed"])
            let dead: SQL = "select count(*) from cronmill.dead_task"
            #expect(try await fixture.rows(dead) == ["3"])
            for _ in 1...2 {
                try await ask(old, "secret", "id", "integer", "select id from public.secret")
                try await answer(old)
            }
            #expect(try await fixture.rows(dead) == ["3"])
            #expect(try await fixture.rows("select count(*) from cronmill.task") == ["0"])
            // Lifted by redrive.
            try await fixture.script("grant select on public.secret to \(fixture.runner)")
            _ = try await fixture.rows("select cronmill.redrive(error_text => 'secret')")
            try await answer(old)
            #expect(try await fixture.rows(dead) == ["2"])
            #expect(try await fixture.rows(status) == ["gone|failed", "gone too|failed", "good|ok", "secret|ok"])
        }
    }

    @Test("a table that cannot be had: jobs, configuration and fragments are as they were")
    func locked() async throws {
        try await withPartitionCache { old in
            let fixture = old.fixture
            try await old.configure(isEnabled: true)
            let jobs = try await old.jobs()
            let other = try await fixture.connect()
            try await other.execute("begin")
            try await other.execute("lock table public.first_query_fragment_queue in row exclusive mode")
            let result = try await fixture.cronmill(old.arguments + ["--wait", "1s"])
            #expect(result.exitCode == 1)
            #expect(result.errors.contains("a transaction that has written to the table has not ended within 1 s"))
            try await other.execute("rollback")
            await other.close()
            #expect(try await old.jobs() == jobs)
            #expect(try await old.isEnabled() == ["t", "t"])
            #expect(try await old.jobsAreKnown() == ["t", "t"])
            #expect(try await fixture.rows("select count(*) from cronmill.adoption") == ["0"])
            #expect(try await fixture.cronmill(old.arguments).exitCode == 0)
        }
    }

    @Test(
        "undone after a row was disabled, its jobs are known; after the configuration was dropped, the rest is undone"
    )
    func undone() async throws {
        try await withPartitionCache { old in
            let fixture = old.fixture
            try await old.configure(isEnabled: false)
            let jobs = try await old.jobs()
            #expect(try await fixture.cronmill(old.arguments).exitCode == 0)
            try await old.ask("new")
            let undo = ["migrate", "takeover", "--database", fixture.database, "--partitioncache", "--undo"]
            #expect(try await fixture.cronmill(undo).exitCode == 0)
            #expect(try await old.jobs() == jobs)
            #expect(try await old.jobsAreKnown() == ["t", "t"])
            #expect(try await fixture.rows("select count(*) from public.first_query_fragment_queue") == ["5"])
            #expect(try await fixture.cronmill(old.arguments).exitCode == 0)
            try await fixture.script("drop table \(old.config)", in: "postgres")
            let removed = try await fixture.cronmill(undo)
            #expect(removed.exitCode == 0, "\(removed.errors)")
            #expect(removed.errors.contains("its jobs are not scheduled again"), "\(removed.errors)")
            #expect(try await old.jobs() == [])
            #expect(try await fixture.rows("select count(*) from public.first_query_fragment_queue") == ["5"])
            #expect(try await fixture.rows("select count(*) from cronmill.adoption") == ["0"])
        }
    }

    @Test("the search_path of the old jobs' role in that database is taken over, or another if it is asked for")
    func searchPath() async throws {
        try await withPartitionCache { old in
            let fixture = old.fixture
            try await old.configure(isEnabled: false)
            try await fixture.script(
                """
                create schema "Geo data";
                grant usage on schema "Geo data" to \(fixture.runner);
                alter table public.point set schema "Geo data";
                alter database \(fixture.database) set search_path = "$user", "Geo data", public
                """
            )
            try await ask(old, "id", "id", "integer", "select id from point where id = 1")
            #expect(try await takeOver(old).exitCode == 0)
            #expect(
                try await fixture.rows("select p.handler_search_path from cronmill.processor as p")
                    == ["\"Geo data\", public, pg_temp"]
            )
            try await answer(old)
            #expect(try await fixture.rows("select c.partition_keys from public.fast_cache_id as c") == ["{1}"])
        }
    }
}

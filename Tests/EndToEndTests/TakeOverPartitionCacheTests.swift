import Postgres
import PrivateServer
import Testing

/// Taking over installations of PartitionCache.
@Suite("Taking over PartitionCache", .timeLimit(.minutes(60)))
struct TakeOverPartitionCacheTests {
    @Test("two configurations under load go on as query processors with the same results, and back again")
    func whole() async throws {
        try await withPartitionCache { old in
            let fixture = old.fixture
            try await old.configure(isEnabled: false)
            // What the old processor computes is the measure.
            try await old.ask("old")
            for _ in 1...5 {
                _ = try await fixture.rows(
                    "select public.run_fragment('fast', 'first', null), public.run_fragment('slow', 'second', 50)"
                )
            }
            let measure = try await old.results()
            #expect(measure.count == 10)

            _ = try await fixture.cronRows("update \(unsafeRaw: old.config) set enabled = true")
            let jobs = try await old.jobs()
            #expect(jobs.count == 5)
            try await fixture.script(
                """
                create function public.long_look() returns integer stable language plpgsql as $$
                begin perform pg_sleep(8); return 1; end $$
                """
            )
            _ = try await fixture.rows(
                """
                insert into public.first_query_fragment_queue (query, hash, partition_key, partition_datatype, priority)
                values ('with s as materialized (select public.long_look()) select id from public.point where x = 7 and exists (select from s)',
                    'sleeper', 'id', 'integer', 100)
                """
            )
            try await eventually("an old job is at work") {
                try await fixture.rows(
                    """
                    select from pg_stat_activity as a
                    where a.datname = current_database() and a.state = 'active' and strpos(a.query, 'run_fragment(''fast') > 0
                    """
                ).count == 1
            }
            try await old.ask("new", priority: 12)
            try await old.ask("low", priority: -3)
            _ = try await fixture.rows(
                """
                insert into public.second_query_fragment_queue (query, hash, partition_key, priority)
                values ('select id from public.point', 'much', 'id', 2), ('select id from public.point where x = 8', 'free', 'id', 2)
                """
            )
            let result = try await fixture.cronmill(old.arguments + ["--prefix", old.prefix])
            #expect(result.exitCode == 0, "\(result.errors)")
            for line in [
                "note: \(old.two): every 90 s: no schedule says that, and it never was so: pg_cron read */90 as minutes; runs start every minute.",
                "note: \(old.one): results go to PartitionCache's own tables, fast_cache_* and public.fast_queries, as before.",
                "note: \(old.one): without an equivalent: stale_after_seconds 3600.",
                "12 rows of table public.second_query_fragment_queue to be moved to queue \(old.two)",
                "5 rows with a priority above 9, which becomes 9", "5 rows with a priority below 0, which becomes 0",
            ] {
                #expect(result.errors.contains(line), "\(line) is not in \(result.errors)")
            }
            // The run that went on was waited for, and ended by itself.
            #expect(try await old.results().contains { $0.hasPrefix("fast sleeper={7,27,") })
            #expect(
                try await fixture.cronRows(
                    """
                    select distinct d.status from cron.job_run_details as d
                    where d.database = \(fixture.database) and strpos(d.command, 'run_fragment') > 0
                    """
                ) == ["succeeded"]
            )
            #expect(try await old.jobs() == [])
            #expect(try await old.isEnabled() == ["f", "f"])
            #expect(
                try await fixture.rows(
                    """
                    select p.slots, p.schedule, p.timeout, p.result_limit, p.result_table, p.enabled, p.run_as = \(fixture.runner) as is_runner
                    from cronmill.processor as p order by p.name
                    """
                ) == [
                    "2|* * * * *|00:02:00|-|public.fast_queries|t|t",
                    "3|* * * * *|00:30:00|50|public.slow_queries|t|t",
                ]
            )
            // Asked for again while it waits or anew: as before.
            try await old.ask("late", priority: 4)
            try await eventually("all fragments are done", within: .seconds(180)) {
                try await fixture.rows("select count(*) from cronmill.task") == ["0"]
            }
            let results = try await old.results()
            for name in ["new", "low", "late"] {
                #expect(
                    results.filter { $0.contains(" \(name)") }
                        == measure.map { $0.replacing(" old", with: " \(name)") }.sorted()
                )
            }
            #expect(results.contains { $0.hasPrefix("slow free={8,28,") })
            #expect(
                try await fixture.rows("select d.payload ->> 'hash', d.error_message from cronmill.dead_task as d") == [
                    "much|the query has more than 50 values"
                ]
            )
            // An older table knows no status "limit".
            let much: SQL = "select q.status from public.slow_queries as q where q.query_hash = 'much'"
            #expect(try await fixture.rows(much) == ["failed"])

            let paused = try await fixture.cronmill(["disable", "--database", fixture.database])
            #expect(paused.exitCode == 0, "\(paused.errors)")
            try await old.ask("back", priority: 3)
            try await old.ask("back", priority: 5)
            #expect(
                try await fixture.rows("select distinct t.priority, t.payload -> 'priority' from cronmill.task as t")
                    == [
                        "8|3"
                    ]
            )
            // What an undoing leaves that was cut off when it had disabled the processors.
            try await fixture.script("update cronmill.adoption set finished_at = null")
            #expect(try await fixture.cronmill(old.arguments).exitCode == 0)
            #expect(try await fixture.rows("select p.enabled from cronmill.processor as p") == ["t", "t"])
            let undone = try await fixture.cronmill([
                "migrate", "takeover", "--database", fixture.database, "--partitioncache", "--undo",
            ])
            #expect(undone.exitCode == 0, "\(undone.errors)")
            #expect(try await old.jobs() == jobs)
            #expect(try await old.isEnabled() == ["t", "t"])
            #expect(try await old.jobsAreKnown() == ["t", "t"])
            // The dead one is a fragment again, too.
            #expect(
                try await fixture.rows(
                    "select f.hash from public.second_query_fragment_queue as f where f.hash = 'much'"
                ) == ["much"]
            )
            #expect(
                try await fixture.rows(
                    "select f.hash, f.query, f.partition_datatype, f.priority from public.first_query_fragment_queue as f where f.hash ~ '^back' order by f.hash limit 1"
                ) == ["back0|select id from public.point where x = 0|integer|8"]
            )
            _ = try await fixture.rows("select public.run_fragment('fast', 'first', null) from generate_series(1, 5)")
            #expect(
                try await old.results().filter { $0.hasPrefix("fast back") }
                    == measure.filter { $0.hasPrefix("fast") }.map { $0.replacing(" old", with: " back") }
            )
        }
    }

    @Test("killed when the old jobs were quieted, it goes on when run again; undone, they are as they were")
    func killed() async throws {
        try await withPartitionCache { old in
            let fixture = old.fixture
            try await old.configure(isEnabled: true)
            try await old.ask("new")
            let jobs = try await old.jobs()
            let script = """
                "$@" 2>/dev/null & pid=$!
                until [ "$('\(fixture.server.installation.binDirectory)/psql' -X -A -t -d postgres -c \\
                    "select 1 from cron.job where database = '\(fixture.database)' and schedule = '0 0 31 2 *' limit 1")" = 1 ]; do :; done
                kill -9 $pid
                wait $pid
                echo $?
                """
            let killed = try await ProgramResult.of(
                "/bin/bash",
                ["-c", script, "bash", try ProgramResult.cronmillPath()] + old.arguments,
                environment: fixture.server.environment
            )
            #expect(killed.output == "137\n", "\(killed)")
            #expect(try await old.isEnabled() == ["t", "t"])
            let again = try await fixture.cronmill(old.arguments)
            #expect(again.exitCode == 0, "\(again.errors)")
            #expect(try await old.jobs() == [])
            #expect(try await fixture.rows("select p.enabled from cronmill.processor as p") == ["t", "t"])
            // Finished, it leaves alone what was changed since.
            _ = try await fixture.cronmill(["disable", "--database", fixture.database])
            #expect(try await fixture.cronmill(old.arguments).exitCode == 0)
            #expect(try await fixture.rows("select p.enabled from cronmill.processor as p") == ["f", "f"])
            let undone = try await fixture.cronmill([
                "migrate", "takeover", "--database", fixture.database, "--partitioncache", "--undo",
            ])
            #expect(undone.exitCode == 0, "\(undone.errors)")
            #expect(try await old.jobs() == jobs)
            #expect(try await old.isEnabled() == ["t", "t"])
        }
    }

    @Test(
        "an older installation, its configuration in the work database and its jobs inactive, one of two of it; dry run"
    )
    func older() async throws {
        try await withPartitionCache { old in
            let fixture = old.fixture
            try await fixture.script(
                """
                create table public.pc_processor_config (
                    job_name text primary key, enabled boolean, max_parallel_jobs integer, frequency_seconds integer,
                    timeout_seconds integer, table_prefix text, queue_prefix text
                );
                insert into public.pc_processor_config values
                    ('\(fixture.runner)_a', false, 1, 300, 60, 'fast', 'first'), ('\(fixture.runner)_b', false, 1, 1, 60, 'slow', 'second')
                """
            )
            for name in ["a", "b"] {
                _ = try await fixture.cronRows(
                    """
                    select cron.schedule_in_database(
                        \("\(fixture.runner)_\(name)_1"), '0 0 31 2 *', 'select public.run_fragment(1)', \(fixture.database), null, false)
                    """
                )
            }
            try await old.ask("new")
            let before = try await DatabaseState.quick([fixture.database], on: fixture.server)
            let dry = try await fixture.cronmill(old.arguments + ["--job", "\(fixture.runner)_a", "--dry-run"])
            #expect(dry.exitCode == 0, "\(dry.errors)")
            #expect(dry.errors.contains("5 rows of table public.first_query_fragment_queue to be moved"))
            #expect(dry.output.contains("select cron.unschedule(j.jobid)"))
            #expect(try await fixture.changes(since: before) == [])
            let result = try await fixture.cronmill(old.arguments + ["--job", "\(fixture.runner)_a"])
            #expect(result.exitCode == 0, "\(result.errors)")
            #expect(try await old.jobs().map { $0.prefix { $0 != "|" } } == ["\(fixture.runner)_b_1"])
            #expect(
                try await fixture.rows("select p.name, p.schedule, p.enabled from cronmill.processor as p")
                    == ["\(fixture.runner)_a|*/5 * * * *|f"]
            )
            #expect(try await fixture.rows("select count(*) from public.second_query_fragment_queue") == ["5"])
            #expect(try await fixture.rows("select count(*) from cronmill.task") == ["5"])
        }
    }

    @Test("what cannot be taken over is refused, with what to do")
    func refusals() async throws {
        try await withPartitionCache { old in
            let fixture = old.fixture
            func refusal(_ more: String..., asRunner: Bool = true) async throws -> String {
                let result = try await fixture.cronmill(Array(old.arguments.dropLast(asRunner ? 0 : 2)) + more)
                #expect(result.exitCode == 1)
                return result.errors
            }
            let none = try await refusal()
            #expect(
                none.contains("no configuration of PartitionCache is about database \"\(fixture.database)\""),
                "\(none)"
            )
            try await old.configure(isEnabled: false)
            let superuser = try await refusal(asRunner: false)
            #expect(superuser.contains("a handler does not run as superuser"), "\(superuser)")
            let unknown = try await refusal("--job", "nobody")
            #expect(unknown.contains("the configuration has no job_name \"nobody\""), "\(unknown)")
            try await fixture.script("alter table \(old.config) owner to \(fixture.runner)", in: "postgres")
            let theirs = try await refusal()
            #expect(theirs.contains("table \(old.config) belongs to role \"\(fixture.runner)\"\n"), "\(theirs)")
            try await fixture.script("alter table \(old.config) owner to current_user", in: "postgres")
            try await old.ask("new")
            try await fixture.script(
                "update public.first_query_fragment_queue set partition_datatype = 'text' where hash = 'new1'"
            )
            let mixed = try await refusal("--result-layout", "cronmill")
            #expect(mixed.contains("are of several types: integer (4), text (1)"), "\(mixed)")
            _ = try await fixture.cronRows("update \(unsafeRaw: old.config) set cache_backend = 'roaringbit'")
            let cold = try await refusal()
            #expect(cold.contains("in the back end roaringbit, which Cronmill does not write"), "\(cold)")
            #expect(cold.contains("the cache goes cold"), "\(cold)")
            _ = try await fixture.cronRows(
                "update \(unsafeRaw: old.config) set queue_prefix = 'first', cache_backend = 'array'"
            )
            let shared = try await refusal()
            #expect(shared.contains("work off one queue, \"first\""), "\(shared)")
            #expect(try await fixture.rows("select to_regnamespace('cronmill')") == ["-"])
            #expect(try await old.jobs().count == 5)
        }
    }
}

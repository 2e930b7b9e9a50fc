import Postgres
import Testing

/// What the catalogs say of our objects.
@Suite("Catalogs", .timeLimit(.minutes(60)))
struct CatalogTests {
    @Test("plpgsql_check finds nothing in any function, the generated procedures included")
    func functions() async throws {
        try await withDatabases { fixture in
            try await fixture.script(
                """
                create function app.three(task_id bigint, payload jsonb, attempt integer) returns void language sql
                begin atomic insert into app.done (n) values (task_id); end;
                create function app.batch(task_ids bigint[], payloads jsonb[]) returns void language sql as 'select';
                """
            )
            try await fixture.setUp()
            try await fixture.script(
                """
                create function app.judging(payload jsonb) returns cronmill.outcome language sql as 'select cronmill.done()';
                create function app.judging(task_id bigint, payload jsonb, attempt integer) returns cronmill.outcome
                language sql as 'select cronmill.done()';
                """
            )
            for (queue, handler) in [
                ("batch", "app.batch"), ("judging", "app.judging(jsonb)"),
                ("judging more", "app.judging(bigint, jsonb, integer)"),
            ] {
                let other = try await fixture.cronmillHere(
                    "setup",
                    "--queue",
                    queue,
                    "--handler",
                    handler,
                    "--run-as",
                    fixture.runner
                )
                #expect(other.exitCode == 0, "\(other.errors)")
            }
            let second = try await fixture.cronmillHere(
                "setup",
                "--queue",
                "it's \"quoted\"",
                "--handler",
                "app.three",
                "--run-as",
                fixture.runner
            )
            #expect(second.exitCode == 0, "\(second.errors)")
            let query: SQL = """
                select p.oid::regprocedure as function, t.tgrelid::regclass as relation, c.level, c.message, c.lineno
                from pg_proc as p
                join pg_namespace as n on n.oid = p.pronamespace
                join pg_language as l on l.oid = p.prolang
                left join pg_trigger as t on t.tgfoid = p.oid
                cross join lateral plpgsql_check_function_tb(
                    p.oid, coalesce(t.tgrelid, 0), fatal_errors => false, extra_warnings => true,
                    performance_warnings => false, security_warnings => true
                ) as c
                where n.nspname in ('cronmill', 'cronmill_processor', 'cronmill_cron') and l.lanname = 'plpgsql'
                    -- It does not see that the handler of query_result's block, which always raises, goes on.
                    and (p.proname, c.message) <> ('query_result', 'unreachable code')
                    -- Its texts are made by functions of ours of names that are ours; what callers give are parameters.
                    and not (p.proname = 'find_tasks' and (
                        c.message = 'text type variable is not sanitized'
                        or c.message like 'OUT variable % is maybe unmodified'
                    ))
                    -- Each calls one handler, which takes what it takes.
                    and not (n.nspname = 'cronmill_processor' and c.message like 'unused parameter %')
                    -- What it gives back besides is small.
                    and (p.proname, c.message) <> ('retry_in_parts', 'composite OUT variable "counters" is not single argument')
                    and (p.proname, c.message) <> ('keep_vigil', 'composite OUT variable "vigil" is not single argument')
                    -- The text is that of a call of the function above, which is checked.
                    and (p.proname, c.message) <> ('try_parts', 'cannot determinate a result of dynamic SQL')
                    and (p.proname, c.message) <> ('try_parts', 'record "answer" is not assigned yet')
                    and (p.proname, c.message) <> ('try_parts', 'never read variable "answer"')
                    -- What perform would do, at a third of its cost.
                    and c.message <> 'never read variable "ignored"'
                """
            let checked: SQL = """
                select count(*) from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
                join pg_language as l on l.oid = p.prolang
                where n.nspname like 'cronmill%' and l.lanname = 'plpgsql'
                """
            for (database, least) in [(fixture.database, 18), ("postgres", 18)] {
                try await fixture.script("create extension if not exists plpgsql_check", in: database)
                let findings = try await fixture.rows(query, in: database)
                #expect(findings == [])
                let count = try await fixture.rows(checked, in: database).compactMap { Int($0) }.first ?? 0
                #expect(count >= least)
            }
        }
    }

    @Test("every schema, relation, column, function, type, index and trigger of ours has a comment")
    func comments() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let query: SQL = """
                with ours as (
                    select n.oid from pg_namespace as n where n.nspname in ('cronmill', 'cronmill_processor', 'cronmill_cron')
                )
                select 'schema', n.nspname::text from pg_namespace as n
                where n.oid in (select oid from ours) and obj_description(n.oid, 'pg_namespace') is null
                union all
                select 'relation', c.oid::regclass::text from pg_class as c
                where c.relnamespace in (select oid from ours) and c.relkind in ('r', 'v', 'f', 'm', 'p')
                    and obj_description(c.oid, 'pg_class') is null
                union all
                select 'index', c.oid::regclass::text from pg_class as c
                where c.relnamespace in (select oid from ours) and c.relkind = 'i'
                    and not exists (select 1 from pg_constraint as k where k.conindid = c.oid)
                    and obj_description(c.oid, 'pg_class') is null
                union all
                select 'column', concat(c.oid::regclass, '.', a.attname) from pg_attribute as a
                join pg_class as c on c.oid = a.attrelid
                where c.relnamespace in (select oid from ours) and c.relkind in ('r', 'f') and a.attnum > 0
                    and not a.attisdropped and col_description(c.oid, a.attnum) is null
                union all
                select 'function', p.oid::regprocedure::text from pg_proc as p
                where p.pronamespace in (select oid from ours) and obj_description(p.oid, 'pg_proc') is null
                union all
                select 'type', t.oid::regtype::text from pg_type as t
                left join pg_class as c on c.oid = t.typrelid
                where t.typnamespace in (select oid from ours) and (t.typrelid = 0 or c.relkind = 'c') and t.typelem = 0
                    and obj_description(t.oid, 'pg_type') is null
                union all
                select 'trigger', concat(t.tgrelid::regclass, ' ', t.tgname) from pg_trigger as t
                join pg_class as c on c.oid = t.tgrelid
                where c.relnamespace in (select oid from ours) and not t.tgisinternal
                    and obj_description(t.oid, 'pg_trigger') is null
                order by 1, 2
                """
            let found: SQL = "select count(*) > 20 from pg_class where relnamespace = to_regnamespace(\("cronmill"))"
            #expect(try await fixture.rows(found) == ["t"])
            let (work, cron) = (try await fixture.rows(query), try await fixture.cronRows(query))
            #expect(work == [])
            #expect(cron == [])
        }
    }

    @Test("every table has a key or a replica identity, so that a publication for all tables refuses no change")
    func replicaIdentities() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let lacking: SQL = """
                select c.oid::regclass::text as name
                from pg_class as c
                join pg_namespace as n on n.oid = c.relnamespace
                left join pg_index as i on i.indrelid = c.oid and i.indisprimary
                where n.nspname in ('cronmill', 'cronmill_cron', 'cron') and c.relkind in ('r', 'p')
                    and c.relpersistence = 'p' and i.indrelid is null and c.relreplident <> 'f'
                order by 1
                """
            let (work, cron) = (try await fixture.rows(lacking), try await fixture.cronRows(lacking))
            #expect(work == [])
            #expect(cron == [])
        }
    }

    @Test("no function of ours is executable by everybody, and every definer function has a fixed search_path")
    func functionSafety() async throws {
        try await withDatabases { fixture in
            try await fixture.setUp()
            let open: SQL = """
                select p.oid::regprocedure::text as f from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
                where n.nspname in ('cronmill', 'cronmill_processor', 'cronmill_cron')
                    and (has_function_privilege('public', p.oid, 'execute')
                        or p.prosecdef and not 'search_path=pg_catalog, pg_temp' = any (coalesce(p.proconfig, '{}')))
                order by 1
                """
            // A check is evaluated with the rights of who inserts, whoever that is.
            let ofChecks = ["cronmill.is_attempt_limit(integer)", "cronmill.is_timeout(interval)"]
            #expect(try await fixture.rows(open) == ofChecks + ["cronmill.lock_class(text)"])
            #expect(try await fixture.cronRows(open) == [])
        }
    }
}

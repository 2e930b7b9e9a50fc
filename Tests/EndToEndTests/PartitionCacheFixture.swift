import Postgres
import Testing

/// An installation of PartitionCache as its set-up leaves it (0.7.0, array back end): configuration with its trigger in
/// the cron database and a copy without one in the work database, jobs in pg_cron; queues of fragments with triggers
/// that notify, and its tables of queries, metadata and results in the work database.
struct PartitionCacheFixture: Sendable {
    let fixture: Fixture

    /// What the configuration's name begins with.
    var prefix: String { "it's \"\(fixture.runner)\"" }
    var config: String { "public.\"it's \"\"\(fixture.runner)\"\"_processor_config\"" }
    var one: String { "\(fixture.runner)'s one" }
    var two: String { "\(fixture.runner)_two" }

    var arguments: [String] {
        ["migrate", "takeover", "--database", fixture.database, "--partitioncache", "--run-as", fixture.runner]
    }

    /// Makes the tables and functions; no row of the configuration yet.
    func make() async throws {
        try await fixture.script(
            """
            create table \(config) (
                job_name text primary key, enabled boolean not null default false,
                max_parallel_jobs integer not null, frequency_seconds integer not null, timeout_seconds integer not null,
                table_prefix text not null, queue_prefix text not null, target_database text not null,
                result_limit integer, cache_backend text not null default 'array', stale_after_seconds integer default 3600,
                job_ids bigint[] not null default '{}'
            );
            create function public."sync cron \(fixture.runner)"() returns trigger language plpgsql as $$
            declare
                made bigint[] := '{}';
                planned text;
            begin
                if tg_op <> 'INSERT' then
                    perform cron.unschedule(j.jobid) from cron.job as j where j.jobid = any (old.job_ids);
                end if;
                if tg_op = 'DELETE' then
                    return old;
                end if;
                planned := case
                    when new.frequency_seconds < 60 then format('%s seconds', new.frequency_seconds)
                    when new.frequency_seconds % 60 = 0 then format('*/%s * * * *', new.frequency_seconds / 60)
                    else format('*/%s * * * * *', new.frequency_seconds)
                end;
                begin
                    perform cron.unschedule(cron.schedule('tried', planned, 'select 1'));
                exception
                    when others then
                        -- Newer versions of pg_cron refuse it.
                        planned := '* * * * *';
                end;
                for n in 1 .. new.max_parallel_jobs loop
                    made := made || cron.schedule_in_database(
                        new.job_name || '_' || n, planned,
                        format('select public.run_fragment(%L, %L, %L)', new.table_prefix, new.queue_prefix, new.result_limit),
                        new.target_database, current_user, new.enabled);
                end loop;
                new.job_ids := made;
                return new;
            end
            $$;
            create trigger trg_sync_cron_job before insert or update or delete on \(config)
            for each row execute function public."sync cron \(fixture.runner)"();
            """,
            in: "postgres"
        )
        try await fixture.script(
            """
            create table \(config) (
                job_name text primary key, enabled boolean not null default false,
                max_parallel_jobs integer not null, frequency_seconds integer not null, timeout_seconds integer not null,
                table_prefix text not null, queue_prefix text not null, target_database text not null,
                result_limit integer, cache_backend text not null default 'array'
            );
            create function public.notify_query_fragment_insert() returns trigger language plpgsql as $$
            BEGIN
                PERFORM pg_notify('query_fragment_available', '');
                RETURN NEW;
            END;
            $$;
            create table public.point (
                id bigint primary key, x integer, name text, at timestamptz, code uuid, price numeric
            );
            insert into public.point
            select n, n % 20, 'point ' || n % 3, timestamptz '2026-01-01' + n % 2 * interval '1 day',
                ('00000000-0000-0000-0000-00000000000' || n % 4)::uuid, 12345678901234567890 + n % 2
            from generate_series(1, 1000) as n;
            grant select on public.point to \(fixture.runner);
            create function public.run_fragment(table_prefix text, queue_prefix text, result_limit integer) returns text
            language plpgsql as $$
            declare
                item record;
                size integer;
            begin
                execute format(
                    'delete from %1$I where id = (
                        select q.id from %1$I as q
                        where not exists (
                            select from %2$I as r where r.query_hash = q.hash and r.partition_key = q.partition_key)
                        order by q.priority desc, q.id limit 1 for update skip locked)
                    returning query, hash, partition_key', queue_prefix || '_query_fragment_queue', table_prefix || '_queries')
                into item;
                if item.hash is null then
                    return 'none';
                end if;
                begin
                    execute format(
                        'insert into %I (query_hash, partition_keys) select %L, array(select %I from (%s) as r)
                        on conflict (query_hash) do update set partition_keys = excluded.partition_keys
                        returning cardinality(partition_keys)',
                        table_prefix || '_cache_' || item.partition_key, item.hash, item.partition_key, item.query)
                    into size;
                    if size > result_limit then
                        raise exception 'over limit';
                    end if;
                exception when others then
                    execute format('insert into %I values ($1, $2, $3, ''failed'')', table_prefix || '_queries')
                    using item.hash, item.query, item.partition_key;
                    return 'failed';
                end;
                execute format('insert into %I values ($1, $2, $3)', table_prefix || '_queries')
                using item.hash, item.query, item.partition_key;
                return item.hash;
            end
            $$;
            """
        )
        for (queue, table) in [("first", "fast"), ("second", "slow")] {
            try await fixture.script(
                """
                create table public.\(queue)_query_fragment_queue (
                    id serial primary key, query text not null, hash text not null, partition_key text not null,
                    partition_datatype text, priority integer not null default 1, created_at timestamp default now(),
                    updated_at timestamp default now(), unique (hash, partition_key)
                );
                create trigger trigger_notify_query_fragment_insert after insert on public.\(queue)_query_fragment_queue
                for each row execute function public.notify_query_fragment_insert();
                create trigger trigger_notify_query_fragment_update after update on public.\(queue)_query_fragment_queue
                for each row execute function public.notify_query_fragment_insert();
                create table public.\(table)_queries (
                    query_hash text not null, query text not null, partition_key text not null,
                    status text not null default 'ok' check (status in ('ok', 'timeout', 'failed')),
                    last_seen timestamp not null default now(), primary key (query_hash, partition_key)
                );
                create table public.\(table)_partition_metadata (
                    partition_key text primary key,
                    datatype text not null check (datatype in ('integer', 'float', 'text', 'timestamp')),
                    created_at timestamp default now()
                );
                insert into public.\(table)_partition_metadata values ('id', 'integer');
                create table public.\(table)_cache_id (
                    query_hash text primary key, partition_keys integer[],
                    partition_keys_count integer generated always as (cardinality(partition_keys)) stored
                );
                """
            )
        }
    }

    /// The two rows of the configuration, each of which has a trigger schedule its jobs.
    func configure(isEnabled: Bool) async throws {
        _ = try await fixture.cronRows(
            """
            insert into \(unsafeRaw: config) (
                job_name, enabled, max_parallel_jobs, frequency_seconds, timeout_seconds, table_prefix, queue_prefix,
                target_database, result_limit
            )
            values
                (\(one), \(isEnabled), 2, 60, 120, 'fast', 'first', \(fixture.database), null),
                (\(two), \(isEnabled), 3, 90, 1800, 'slow', 'second', \(fixture.database), 50)
            """
        )
        // The copy by which a worker outside of pg_cron finds its settings; nothing keeps it in step.
        _ = try await fixture.rows(
            """
            insert into \(unsafeRaw: config) (
                job_name, max_parallel_jobs, frequency_seconds, timeout_seconds, table_prefix, queue_prefix, target_database
            )
            values
                (\(one), 2, 60, 120, 'fast', 'first', \(fixture.database)), (\(two), 2, 90, 1800, 'slow', 'second', \(fixture.database))
            """
        )
    }

    /// Puts fragments for x = 0 to 4 into both queues, as producers do; hashes begin with `name`.
    func ask(_ name: String, priority: Int = 1) async throws {
        for queue in ["first", "second"] {
            _ = try await fixture.rows(
                """
                insert into public.\(unsafeRaw: queue)_query_fragment_queue as q (
                    query, hash, partition_key, partition_datatype, priority
                )
                select format('select id from public.point where x = %s', n), concat(\(name)::text, n), 'id', 'integer', \(priority)
                from generate_series(0, 4) as n
                on conflict (hash, partition_key) do update set priority = q.priority + excluded.priority, updated_at = now()
                """
            )
        }
    }

    /// Results as `hash=values`, by the old tables and the new ones.
    func results() async throws -> [String] {
        var lines: [String] = []
        for table in ["fast", "slow"] {
            lines += try await fixture.rows(
                """
                select concat(\(table)::text, ' ', c.query_hash, '=', array(select v from unnest(c.partition_keys) as v order by v)::text)
                from public.\(unsafeRaw: table)_cache_id as c
                join public.\(unsafeRaw: table)_queries as q
                    on (q.query_hash, q.partition_key, q.status) = (c.query_hash, 'id', 'ok')
                """
            )
            guard
                try await fixture.rows("select to_regclass(\("public.\(table)_query_result"))") != ["-"]
            else { continue }
            lines += try await fixture.rows(
                """
                select concat(\(table)::text, ' ', c.query_hash, '=', c.result::text)
                from public.\(unsafeRaw: table)_query_result as c
                """
            )
        }
        return lines.sorted()
    }

    /// The old jobs, without their numbers.
    func jobs() async throws -> [String] {
        try await fixture.cronRows(
            """
            select j.jobname, j.schedule, j.command, j.database, j.username, j.active from cron.job as j
            where j.database = \(fixture.database) and strpos(j.command, 'run_fragment') > 0 order by j.jobname
            """
        )
    }

    /// The numbers of the jobs that the configuration has, if they are those of `cron.job`.
    func jobsAreKnown() async throws -> [String] {
        try await fixture.cronRows(
            """
            select c.job_ids = array(
                select j.jobid from cron.job as j
                where j.database = \(fixture.database) and starts_with(j.jobname::text, c.job_name || '_') order by j.jobid
            ) as are_known
            from \(unsafeRaw: config) as c order by c.job_name
            """
        )
    }

    func isEnabled() async throws -> [String] {
        try await fixture.cronRows("select c.enabled from \(unsafeRaw: config) as c order by c.job_name")
    }

    /// Takes configuration and jobs out of the cron database that tests share.
    func clear() async throws {
        _ = try await fixture.cronRows(
            "select cron.unschedule(j.jobid) from cron.job as j where j.database = \(fixture.database) and strpos(j.command, 'run_fragment') > 0"
        )
        try await fixture.script(
            "drop table if exists \(config); drop function if exists public.\"sync cron \(fixture.runner)\"()",
            in: "postgres"
        )
    }
}

/// Runs a test with an installation of PartitionCache.
func withPartitionCache(_ body: (PartitionCacheFixture) async throws -> Void) async throws {
    try await withDatabases { fixture in
        let old = PartitionCacheFixture(fixture: fixture)
        do {
            try await old.make()
            try await body(old)
        } catch {
            try await old.clear()
            throw error
        }
        try await old.clear()
    }
}

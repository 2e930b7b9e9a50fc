import Postgres
import Testing

/// An installation of PartitionCache as its set-up leaves it: configuration with its trigger in the cron database, jobs
/// in pg_cron, queues of fragments and tables of results in the work database.
struct PartitionCachePlace: Sendable {
    let place: Workplace

    /// What the configuration's name begins with.
    var prefix: String { "it's \"\(place.runner)\"" }
    var config: String { "public.\"it's \"\"\(place.runner)\"\"_processor_config\"" }
    var one: String { "\(place.runner)'s one" }
    var two: String { "\(place.runner)_two" }

    var arguments: [String] {
        ["migrate", "adopt", "--database", place.database, "--partitioncache", "--run-as", place.runner]
    }

    /// Makes the tables and functions; no row of the configuration yet.
    func make() async throws {
        if try await place.cronRows("select to_regclass('cron.job')") == ["-"] {
            try await place.script("create extension if not exists pg_cron", in: "postgres")
        }
        try await place.script(
            """
            create table \(config) (
                job_name text primary key, enabled boolean not null default false,
                max_parallel_jobs integer not null, frequency_seconds integer not null, timeout_seconds integer not null,
                table_prefix text not null, queue_prefix text not null, target_database text not null,
                result_limit integer, cache_backend text not null default 'array', stale_after_seconds integer default 3600,
                job_ids bigint[] not null default '{}'
            );
            create function public."sync cron \(place.runner)"() returns trigger language plpgsql as $$
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
            for each row execute function public."sync cron \(place.runner)"();
            """,
            in: "postgres"
        )
        try await place.script(
            """
            create table public.point (id bigint primary key, x integer);
            insert into public.point select n, n % 20 from generate_series(1, 1000) as n;
            grant select on public.point to \(place.runner);
            create function public.run_fragment(table_prefix text, queue_prefix text, result_limit integer) returns text
            language plpgsql as $$
            declare
                item record;
                size integer;
            begin
                execute format(
                    'delete from %1$I where id = (select q.id from %1$I as q order by q.priority desc, q.id limit 1 for update skip locked)
                    returning query, hash, partition_key', queue_prefix || '_query_fragment_queue')
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
                exception when raise_exception then
                    return 'limit';
                end;
                return item.hash;
            end
            $$;
            """
        )
        for (queue, table) in [("first", "fast"), ("second", "slow")] {
            try await place.script(
                """
                create table public.\(queue)_query_fragment_queue (
                    id serial primary key, query text not null, hash text not null, partition_key text not null,
                    partition_datatype text, priority integer not null default 1, created_at timestamp default now(),
                    updated_at timestamp default now(), unique (hash, partition_key)
                );
                create table public.\(table)_cache_id (query_hash text primary key, partition_keys integer[]);
                """
            )
        }
    }

    /// The two rows of the configuration, each of which has a trigger schedule its jobs.
    func configure(isEnabled: Bool) async throws {
        _ = try await place.cronRows(
            """
            insert into \(unsafeRaw: config) (
                job_name, enabled, max_parallel_jobs, frequency_seconds, timeout_seconds, table_prefix, queue_prefix,
                target_database, result_limit
            )
            values
                (\(one), \(isEnabled), 2, 60, 120, 'fast', 'first', \(place.database), null),
                (\(two), \(isEnabled), 3, 90, 1800, 'slow', 'second', \(place.database), 50)
            """
        )
    }

    /// Puts fragments for x = 0 to 4 into both queues, as producers do; hashes begin with `name`.
    func ask(_ name: String, priority: Int = 1) async throws {
        for queue in ["first", "second"] {
            _ = try await place.rows(
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
            lines += try await place.rows(
                """
                select concat(\(table)::text, ' ', c.query_hash, '=', array(select v from unnest(c.partition_keys) as v order by v)::text)
                from public.\(unsafeRaw: table)_cache_id as c
                """
            )
            guard
                try await place.rows("select to_regclass(\("public.\(table)_query_result"))") != ["-"]
            else { continue }
            lines += try await place.rows(
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
        try await place.cronRows(
            """
            select j.jobname, j.schedule, j.command, j.database, j.username, j.active from cron.job as j
            where j.database = \(place.database) and strpos(j.command, 'run_fragment') > 0 order by j.jobname
            """
        )
    }

    func isEnabled() async throws -> [String] {
        try await place.cronRows("select c.enabled from \(unsafeRaw: config) as c order by c.job_name")
    }

    /// Takes configuration and jobs out of the cron database that tests share.
    func clear() async throws {
        _ = try await place.cronRows(
            "select cron.unschedule(j.jobid) from cron.job as j where j.database = \(place.database) and strpos(j.command, 'run_fragment') > 0"
        )
        try await place.script(
            "drop table if exists \(config); drop function if exists public.\"sync cron \(place.runner)\"()",
            in: "postgres"
        )
    }
}

/// Runs a test with an installation of PartitionCache.
func withPartitionCache(_ body: (PartitionCachePlace) async throws -> Void) async throws {
    try await withDatabases { place in
        let old = PartitionCachePlace(place: place)
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

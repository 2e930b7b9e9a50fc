-- What the runs of each processor, or of each slot, were like between two times, and in as long a
-- time before: in one pass over the history. Means and percentiles are of runs that have ended.
-- Fractions are of the time of the slots that had runs. What came before is null where the history
-- does not reach back that far. The last success is looked for among the newest 100,000 runs at
-- least. Half a million runs are sorted once, by numbers, and joined with the few jobs there are by
-- hashing these, of which the planner, who knows nothing of them, would think little. Shows what
-- who logged in may see.
-- Executed by: the registry's owner, monitors and operators; stats of the command line.
create or replace function cronmill_cron.run_statistics(
    since timestamptz, until timestamptz, database_names text[], processors text[], by_slot boolean
)
returns table (
    database_name text, processor text, slot integer, slots bigint,
    runs bigint, failures bigint, stopped bigint,
    average double precision, p50 double precision, p95 double precision, p99 double precision,
    longest double precision, occupied double precision, last_success timestamptz,
    runs_before bigint, failures_before bigint, average_before double precision,
    occupied_before double precision
)
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set jit = off
set work_mem = '64MB'
set enable_mergejoin = off
as $function$
declare
    before constant timestamptz := since - (until - since);
    since_runid constant bigint := cronmill_cron.runid_at(since);
    before_runid constant bigint := cronmill_cron.runid_at(before);
    reaches_back constant boolean := exists (
        select 1 from cronmill_cron.history_ends() as e where e.before_oldest < before_runid
    );
    known constant cronmill_cron.known_job[] := array(
        select k
        from cronmill_cron.known_jobs() as k
        where (run_statistics.database_names is null
                or k.database_name = any (run_statistics.database_names))
            and (run_statistics.processors is null or k.processor = any (run_statistics.processors))
    );
    above_runid bigint;
    to_runid bigint;
begin
    select least(l.above_runid, a.above_runid), a.to_runid into above_runid, to_runid
    from cronmill_cron.history_range(before, until) as a
    cross join cronmill_cron.history_range(null, null) as l;
    return query
    with ours as materialized (
        -- Numbers are sorted faster than names.
        select k.jobid, k.command, k.database_name, k.processor, k.slot,
            dense_rank() over (
                order by k.database_name, k.processor, case when by_slot then k.slot end
            ) as place
        from unnest(known) as k
    ),
    run as (
        select
            o.place, o.slot, d.start_time, t.ended_at, s.status,
            -- A run whose start was not noted stands between its neighbours.
            coalesce(d.start_time >= since and d.start_time < until,
                d.runid > since_runid) as is_now,
            coalesce(d.start_time >= before and d.start_time < since,
                d.runid > before_runid and d.runid <= since_runid) as is_before,
            extract(epoch from t.ended_at - d.start_time)::double precision as seconds,
            extract(epoch from d.end_time - d.start_time)::double precision as whole_seconds
        from cronmill_cron.visible_runs(above_runid, to_runid) as d
        join ours as o on o.jobid = d.jobid and o.command = d.command
        cross join lateral (
            select cronmill_cron.run_status(
                d.runid, d.status, d.return_message, d.job_pid, d.database_name, d.start_time
            ) as status
        ) as s
        cross join lateral (
            select coalesce(
                d.end_time, case when s.status = 'running' then clock_timestamp() end
            ) as ended_at
        ) as t
    )
    select
        n.database_name, n.processor, n.slot, g.slots, g.runs, g.failures, g.stopped,
        g.average, g.parts[1], g.parts[2], g.parts[3], g.longest,
        g.occupied / extract(epoch from until - since) / g.slots, g.last_success,
        case when reaches_back then g.runs_before end,
        case when reaches_back then g.failures_before end,
        case when reaches_back then g.average_before end,
        case
            when reaches_back then g.occupied_before / extract(epoch from since - before) / g.slots
        end
    from (
        select
            u.place, count(distinct u.slot) as slots,
            count(*) filter (where u.is_now) as runs,
            count(*) filter (where u.is_now and u.status = 'failed') as failures,
            count(*) filter (where u.is_now and u.status in ('stopped', 'gone')) as stopped,
            avg(u.whole_seconds) filter (where u.is_now) as average,
            percentile_cont('{0.5,0.95,0.99}'::double precision[])
                within group (order by u.whole_seconds)
                filter (where u.is_now) as parts,
            max(u.seconds) filter (where u.is_now) as longest,
            sum(extract(epoch from
                least(u.ended_at, until) - greatest(u.start_time, since))::double precision)
                filter (where u.ended_at > since and u.start_time < until) as occupied,
            max(u.start_time) filter (where u.status = 'succeeded') as last_success,
            count(*) filter (where u.is_before) as runs_before,
            count(*) filter (where u.is_before and u.status = 'failed') as failures_before,
            avg(u.whole_seconds) filter (where u.is_before) as average_before,
            sum(extract(epoch from
                least(u.ended_at, since) - greatest(u.start_time, before))::double precision)
                filter (where u.ended_at > before and u.start_time < since) as occupied_before
        from run as u
        group by u.place
        having count(*) filter (where u.is_now or u.is_before) > 0
    ) as g
    join (
        select distinct
            o.place, o.database_name, o.processor, case when by_slot then o.slot end as slot
        from ours as o
    ) as n on n.place = g.place
    order by 1, 2, 3;
end
$function$;
comment on function cronmill_cron.run_statistics(timestamptz, timestamptz, text[], text[], boolean)
    is 'What the runs of each processor or slot were like, and before.';
revoke all on function cronmill_cron.run_statistics(
    timestamptz, timestamptz, text[], text[], boolean) from public;

-- What the cron database knows of each registered processor: its jobs, its last run, the last hour.
-- Shows what who logged in may see. Executed by: the registry's owner, monitors and operators; status of the
-- command line.
create or replace function cronmill_cron.processor_jobs(database_names text[])
returns table (
    database_name text, processor text, enabled boolean, slots integer, schedule text, run_as text,
    jobs bigint, active_jobs bigint,
    last_status text, last_message text, last_started_at timestamptz, last_seconds double precision,
    runs_last_hour bigint, failures_last_hour bigint
)
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
begin
    return query
    with noted as materialized (
        select n.database_name, n.processor, n.slot, n.jobid, n.active from cronmill_cron.noted_jobs() as n
    ),
    recent as materialized (
        select h.database_name, h.processor, h.status, h.message, h.started_at, h.seconds, h.runid
        from cronmill_cron.history(1000000, clock_timestamp() - interval '1 hour', processor_jobs.database_names, null, false) as h
    )
    select
        w.name, p.name, p.enabled, p.slots, p.schedule, p.run_as,
        jobs.total, jobs.active,
        last_run.status, last_run.message, last_run.started_at, last_run.seconds,
        hour.runs, hour.failures
    from cronmill_cron.processor as p
    join cronmill_cron.work_database as w on w.work_database_id = p.work_database_id
    cross join lateral (
        select count(o.jobid) as total, count(o.jobid) filter (where o.active) as active
        from noted as o
        where o.database_name = w.name and o.processor = p.name and o.slot > 0
    ) as jobs
    cross join lateral (
        select count(*) as runs, count(*) filter (where r.status = 'failed') as failures
        from recent as r
        where r.database_name = w.name and r.processor = p.name
    ) as hour
    left join lateral (
        select h.status, h.message, h.started_at, h.seconds
        from recent as h
        where h.database_name = w.name and h.processor = p.name
        union all
        (select h.status, h.message, h.started_at, h.seconds
        from cronmill_cron.history(1, clock_timestamp() - interval '30 days', array[w.name], array[p.name], false) as h
        where hour.runs = 0)
        limit 1
    ) as last_run on true
    where (processor_jobs.database_names is null or w.name = any (processor_jobs.database_names))
        and w.name in (select v.name from cronmill_cron.visible_databases() as v (name))
    order by 1, 2;
end
$function$;
comment on function cronmill_cron.processor_jobs(text[]) is 'Jobs, last run and last hour of each registered processor.';
revoke all on function cronmill_cron.processor_jobs(text[]) from public;

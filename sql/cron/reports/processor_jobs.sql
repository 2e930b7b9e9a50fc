-- What the cron database knows of each registered processor: its jobs, its runs of late (of the
-- last hour, see recent_history), what was due and is due next (dues), and how it judges it with
-- what its database says (facts, see judged and dues). Shows what who logged in may see.
-- Executed by: the registry's owner, monitors and operators; status of the command line.
create or replace function cronmill_cron.processor_jobs(
    database_names text[], behind interval default null, facts jsonb default '[]'
)
returns table (
    database_name text, processor text, enabled boolean, slots integer, schedule text, run_as text,
    jobs bigint, active_jobs bigint,
    last_status text, last_message text, last_started_at timestamptz, last_seconds double precision,
    runs_last_hour bigint, failures_last_hour bigint,
    going_pid integer, going_since timestamptz, going_state text,
    next_due timestamptz, late_since timestamptz,
    is_late boolean, is_overdue boolean, is_behind boolean, is_failing boolean,
    are_runs_failing boolean,
    rest text, rest_since timestamptz, place bigint
)
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set jit = off
as $function$
declare
    asked_at constant timestamptz := clock_timestamp();
    since constant timestamptz := asked_at - interval '1 hour';
    lower_runid bigint;
    upper_runid bigint;
begin
    select h.above_runid, h.to_runid into lower_runid, upper_runid
    from cronmill_cron.recent_history(since) as h;
    return query
    with wanted as materialized (
        select
            w.name as database_name, p.name as processor, p.enabled, p.slots, p.schedule, p.run_as
        from cronmill_cron.processor as p
        join cronmill_cron.work_database as w on w.work_database_id = p.work_database_id
        where (processor_jobs.database_names is null
                or w.name = any (processor_jobs.database_names))
            and w.name in (select v.name from cronmill_cron.visible_databases() as v (name))
    ),
    noted as materialized (
        select n.database_name, n.processor, count(n.jobid) as jobs,
            count(n.jobid) filter (where n.active) as active_jobs
        from cronmill_cron.noted_jobs(processor_jobs.database_names) as n
        where n.slot > 0
        group by n.database_name, n.processor
    ),
    -- Jobids can come again.
    latest as materialized (
        select distinct on (o.jobid) o.jobid, o.database_name, o.processor
        from cronmill_cron.job as o
        where o.slot > 0
        order by o.jobid, o.job_key desc
    ),
    recent as materialized (
        select
            j.database_name, j.processor, r.runid, r.job_pid, r.start_time, r.end_time,
            case
                when r.status = 'failed' and r.return_message = 'job canceled' then 'stopped'
                else r.status
            end as status,
            r.return_message,
            r.status in ('starting', 'connecting', 'sending', 'running') as is_going,
            -- pg_cron 1.4 notes no time for a run that could not log in: its place tells.
            coalesce(
                r.start_time, max(r.start_time) over (order by r.runid rows unbounded preceding)
            ) as began_at
        from cronmill_cron.visible_runs(lower_runid, upper_runid) as r
        join latest as j on j.jobid = r.jobid
    ),
    -- One that pg_cron says goes on may be gone.
    last_run as (
        select
            d.database_name, d.processor, s.status, d.return_message, d.start_time,
            extract(epoch from
                coalesce(d.end_time, case when s.status = 'running' then asked_at end)
                - d.start_time)::double precision as seconds
        from (
            select distinct on (r.database_name, r.processor)
                r.database_name, r.processor, r.runid, r.job_pid, r.start_time, r.end_time,
                r.status, r.return_message, r.is_going
            from recent as r
            order by r.database_name, r.processor, r.runid desc
        ) as d
        cross join lateral (
            select case
                when d.is_going
                    then cronmill_cron.open_run_status(
                        d.runid, d.status, d.job_pid, d.database_name, d.start_time)
                else d.status
            end as status
        ) as s
    ),
    last_hour as (
        select r.database_name, r.processor, count(*) as runs,
            count(*) filter (where r.status = 'failed') as failures,
            -- The newest that have ended, from the last on.
            array_agg(r.status order by r.runid desc) filter (where not r.is_going) as ended
        from recent as r
        where r.began_at >= since or r.began_at is null
        group by r.database_name, r.processor
    ),
    -- Rows can say "running" long after the process is gone.
    going as (
        select distinct on (r.database_name, r.processor)
            r.database_name, r.processor, a.pid, r.start_time,
            coalesce(a.state, 'not visible') as state
        from recent as r
        join pg_catalog.pg_stat_activity as a on a.pid = r.job_pid and a.datname = r.database_name
        where r.is_going
        order by r.database_name, r.processor, r.runid
    )
    select
        w.database_name, w.processor, w.enabled, w.slots, w.schedule, w.run_as,
        coalesce(n.jobs, 0), coalesce(n.active_jobs, 0),
        r.status, r.return_message, r.start_time, r.seconds,
        coalesce(h.runs, 0), coalesce(h.failures, 0),
        g.pid, g.start_time, g.state,
        -- Seconds count from the last start.
        case
            when d.rest = 'asleep' then d.next_at
            when cronmill_cron.schedule_seconds(w.schedule) is null or r.start_time is null
                then u.next_due
            else greatest(asked_at, r.start_time + (u.next_due - asked_at))
        end,
        u.late_since, coalesce(u.is_late, false), coalesce(u.is_overdue, false),
        coalesce(b.behind_measure >= 1, false), coalesce(b.failing_measure >= 1, false),
        coalesce(r.status = 'failed' and (
            cronmill_cron.failing_measure(h.failures, h.runs, u.failing) >= 1
            or u.failing is not null and h.ended[:greatest(3, w.slots)]
                = array_fill('failed'::text, array[greatest(3, w.slots)])), false),
        d.rest, d.rest_since, d.place
    from wanted as w
    left join noted as n on (n.database_name, n.processor) = (w.database_name, w.processor)
    left join last_run as r on (r.database_name, r.processor) = (w.database_name, w.processor)
    left join last_hour as h on (h.database_name, h.processor) = (w.database_name, w.processor)
    left join going as g on (g.database_name, g.processor) = (w.database_name, w.processor)
    left join cronmill_cron.rests() as d
        on (d.database_name, d.processor) = (w.database_name, w.processor)
    left join cronmill_cron.dues(processor_jobs.database_names, processor_jobs.facts, asked_at) as u
        on (u.database_name, u.processor) = (w.database_name, w.processor)
    left join cronmill_cron.judged(processor_jobs.facts, processor_jobs.behind) as b
        on (b.database_name, b.processor) = (w.database_name, w.processor)
    order by 1, 2;
end
$function$;
comment on function cronmill_cron.processor_jobs(text[], interval, jsonb)
    is 'Jobs, runs of late, what is due, and a judgement of each registered processor.';
revoke all on function cronmill_cron.processor_jobs(text[], interval, jsonb) from public;

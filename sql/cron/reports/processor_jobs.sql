-- What the cron database knows of each registered processor: its jobs, its runs of late, what was due and is due next.
-- The history is read backwards by windows of runids, once for all: for the last hour, and no more than fifty windows
-- with rows in them. Who has begun no run since overdue_before is overdue; who has had a task ready since behind_before is behind.
-- Shows what who logged in may see.
-- Executed by: the registry's owner, monitors and operators; status of the command line.
create or replace function cronmill_cron.processor_jobs(database_names text[], behind interval default null)
returns table (
    database_name text, processor text, enabled boolean, slots integer, schedule text, run_as text, changed_at timestamptz,
    jobs bigint, active_jobs bigint,
    last_status text, last_message text, last_started_at timestamptz, last_seconds double precision,
    runs_last_hour bigint, failures_last_hour bigint,
    going_pid integer, going_since timestamptz, going_state text,
    next_due timestamptz, due_before timestamptz, overdue_before timestamptz, behind_before timestamptz, failing integer
)
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set jit = off
as $function$
declare
    asked_at constant timestamptz := clock_timestamp();
    since constant timestamptz := asked_at - interval '1 hour';
    upper_runid bigint;
    lower_runid bigint;
    lowest_runid bigint;
    window_start timestamptz;
    has_rows boolean;
    windows integer := 0;
begin
    select e.newest, e.before_oldest + 1 into upper_runid, lowest_runid from cronmill_cron.history_ends() as e;
    lower_runid := upper_runid;
    while lower_runid >= lowest_runid and windows < 50 and upper_runid - lower_runid < 50000000 loop
        lower_runid := lower_runid - 10000;
        select min(r.start_time), count(*) > 0
        into window_start, has_rows
        from cronmill_cron.visible_runs(lower_runid, lower_runid + 10000) as r;
        exit when window_start < since;
        if has_rows then
            windows := windows + 1;
        end if;
    end loop;
    return query
    with wanted as materialized (
        select w.name as database_name, p.name as processor, p.enabled, p.slots, p.schedule, p.run_as, p.changed_at
        from cronmill_cron.processor as p
        join cronmill_cron.work_database as w on w.work_database_id = p.work_database_id
        where (processor_jobs.database_names is null or w.name = any (processor_jobs.database_names))
            and w.name in (select v.name from cronmill_cron.visible_databases() as v (name))
    ),
    noted as materialized (
        select n.database_name, n.processor, count(n.jobid) as jobs, count(n.jobid) filter (where n.active) as active_jobs
        from cronmill_cron.noted_jobs() as n
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
            case when r.status = 'failed' and r.return_message = 'job canceled' then 'stopped' else r.status end as status,
            r.return_message,
            r.status in ('starting', 'connecting', 'sending', 'running') as is_going,
            -- pg_cron 1.4 notes no time for a run that could not log in: its place among the others tells.
            coalesce(r.start_time, max(r.start_time) over (order by r.runid rows unbounded preceding)) as began_at
        from cronmill_cron.visible_runs(lower_runid, upper_runid) as r
        join latest as j on j.jobid = r.jobid
    ),
    -- One that pg_cron says goes on may be gone.
    last_run as (
        select
            d.database_name, d.processor, s.status, d.return_message, d.start_time,
            extract(epoch from coalesce(d.end_time, case when s.status = 'running' then asked_at end) - d.start_time)::double precision
                as seconds
        from (
            select distinct on (r.database_name, r.processor)
                r.database_name, r.processor, r.runid, r.job_pid, r.start_time, r.end_time, r.status, r.return_message,
                r.is_going
            from recent as r
            order by r.database_name, r.processor, r.runid desc
        ) as d
        cross join lateral (
            select case
                when d.is_going
                    then cronmill_cron.open_run_status(d.runid, d.status, d.job_pid, d.database_name, d.start_time)
                else d.status
            end as status
        ) as s
    ),
    last_hour as (
        select
            r.database_name, r.processor,
            count(*) as runs, count(*) filter (where r.status = 'failed') as failures
        from recent as r
        where r.began_at >= since or r.began_at is null
        group by r.database_name, r.processor
    ),
    -- Rows can say "running" long after the process is gone.
    going as (
        select distinct on (r.database_name, r.processor)
            r.database_name, r.processor, a.pid, r.start_time, coalesce(a.state, 'not visible') as state
        from recent as r
        join pg_catalog.pg_stat_activity as a on a.pid = r.job_pid and a.datname = r.database_name
        where r.is_going
        order by r.database_name, r.processor, r.runid
    ),
    rules as materialized (
        select u.zone, u.needs_both_days from cronmill_cron.schedule_rules() as u
    ),
    limits as materialized (
        select
            e.database_name, e.processor, e.schedule, t.failing, asked_at - t.overdue as overdue_at,
            asked_at - coalesce(processor_jobs.behind, t.behind) as behind_at
        from wanted as e
        cross join lateral cronmill_cron.thresholds(e.database_name, e.processor) as t
        where e.enabled
    ),
    -- Many processors have the same schedule.
    coming as materialized (
        select
            s.schedule,
            cronmill_cron.next_due(s.schedule, asked_at, u.zone, u.needs_both_days) as next_due,
            -- pg_cron looks once a second.
            cronmill_cron.last_due(s.schedule, asked_at - interval '3 seconds', u.zone, u.needs_both_days) as due_before
        from (select distinct l.schedule from limits as l) as s
        cross join rules as u
    ),
    past as materialized (
        select m.schedule, m.moment, cronmill_cron.last_due(m.schedule, m.moment, u.zone, u.needs_both_days) as due_before
        from (
            select l.schedule, l.overdue_at as moment from limits as l
            union
            select l.schedule, l.behind_at from limits as l
        ) as m
        cross join rules as u
        where m.moment is not null
    )
    select
        w.database_name, w.processor, w.enabled, w.slots, w.schedule, w.run_as, w.changed_at,
        coalesce(n.jobs, 0), coalesce(n.active_jobs, 0),
        r.status, r.return_message, r.start_time, r.seconds,
        coalesce(h.runs, 0), coalesce(h.failures, 0),
        g.pid, g.start_time, g.state,
        -- Seconds count from the last start.
        case when l.schedule collate "C" ~* 'second' and r.start_time is not null
            then greatest(asked_at, r.start_time + (c.next_due - asked_at))
            else c.next_due
        end,
        c.due_before, o.due_before, b.due_before, l.failing
    from wanted as w
    left join noted as n on (n.database_name, n.processor) = (w.database_name, w.processor)
    left join last_run as r on (r.database_name, r.processor) = (w.database_name, w.processor)
    left join last_hour as h on (h.database_name, h.processor) = (w.database_name, w.processor)
    left join going as g on (g.database_name, g.processor) = (w.database_name, w.processor)
    left join limits as l on (l.database_name, l.processor) = (w.database_name, w.processor)
    left join coming as c on c.schedule = l.schedule
    left join past as o on (o.schedule, o.moment) = (l.schedule, l.overdue_at)
    left join past as b on (b.schedule, b.moment) = (l.schedule, l.behind_at)
    order by 1, 2;
end
$function$;
comment on function cronmill_cron.processor_jobs(text[], interval) is 'Jobs, runs of late and what is due of each registered processor.';
revoke all on function cronmill_cron.processor_jobs(text[], interval) from public;

-- Runs of our jobs, the newest or the slowest first, read backwards by runid in windows (the
-- history has no other index), until there are row_limit of them or the range asked (history_range)
-- is read. Rows of jobs that are gone are known by cronmill_cron.job. With all_jobs those of
-- others, too, without processor and slot. Shows what who logged in may see.
-- Executed by: silences; the registry's owner, monitors and operators; status and runs of the
-- command line.
create or replace function cronmill_cron.history(
    row_limit integer, since timestamptz, database_names text[], processors text[],
    statuses text[] default null, until timestamptz default null, above_runid bigint default null,
    slowest boolean default false, all_jobs boolean default false
)
returns table (
    runid bigint, jobid bigint, database_name text, processor text, slot integer, run_as text,
    pid integer, status text, message text, started_at timestamptz, ended_at timestamptz,
    seconds double precision, job_name text, command text
)
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set jit = off
as $function$
declare
    upper_runid bigint;
    lower_runid bigint;
    lowest_runid bigint;
    width bigint := 1000;
    found_total integer := 0;
    found_now integer;
    known constant cronmill_cron.known_job[] := array(
        select k from cronmill_cron.known_jobs() as k
    );
begin
    if all_jobs and not cronmill_cron.sees_all() then
        raise exception using
            errcode = 'MC003',
            message = 'runs of other jobs are visible to members of the registry''s owner only',
            detail = pg_catalog.format(
                'Role "%s" is no member of role "%s".', session_user, current_user);
    end if;
    select greatest(r.above_runid, history.above_runid), r.to_runid into lowest_runid, upper_runid
    from cronmill_cron.history_range(history.since, history.until) as r;
    while upper_runid > lowest_runid and (found_total < row_limit or slowest) loop
        lower_runid := greatest(upper_runid - width, lowest_runid);
        return query
        select
            d.runid, d.jobid, coalesce(o.database_name, d.database_name), o.processor, o.slot,
            coalesce(o.run_as, d.username), d.job_pid, s.status, d.return_message, d.start_time,
            d.end_time, t.seconds,
            coalesce(
                j.job_name,
                case
                    when o.slot > 0
                        then cronmill_cron.job_name(o.database_name, o.processor, o.slot)
                end),
            d.command
        from cronmill_cron.visible_runs(lower_runid, upper_runid) as d
        left join unnest(known) as o on o.jobid = d.jobid and o.command = d.command
        left join (
            select v.jobid, v.job_name from cronmill_cron.visible_jobs() as v where all_jobs
        ) as j on j.jobid = d.jobid
        cross join lateral (
            select cronmill_cron.run_status(
                d.runid, d.status, d.return_message, d.job_pid, d.database_name, d.start_time
            ) as status
        ) as s
        cross join lateral (
            select extract(epoch from
                coalesce(d.end_time, case when s.status = 'running' then clock_timestamp() end)
                - d.start_time)::double precision as seconds
        ) as t
        where (o.jobid is not null or all_jobs)
            and (history.database_names is null
                or coalesce(o.database_name, d.database_name) = any (history.database_names))
            and (history.processors is null or o.processor = any (history.processors))
            and (history.statuses is null or s.status = any (history.statuses))
            and (history.since is null or d.start_time >= history.since or d.start_time is null)
            and (history.until is null or d.start_time < history.until or d.start_time is null)
        order by case when slowest then t.seconds end desc nulls last, d.runid desc
        limit case when slowest then row_limit else row_limit - found_total end;
        get diagnostics found_now = row_count;
        found_total := found_total + found_now;
        upper_runid := lower_runid;
        width := least(width * 2, 50000);
    end loop;
end
$function$;
comment on function cronmill_cron.history(
    integer, timestamptz, text[], text[], text[], timestamptz, bigint, boolean, boolean)
    is 'Runs of our jobs, newest or slowest first.';
revoke all on function cronmill_cron.history(
    integer, timestamptz, text[], text[], text[], timestamptz, bigint, boolean, boolean)
    from public;

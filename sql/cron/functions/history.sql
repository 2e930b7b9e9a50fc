-- Runs of our jobs, newest first, read backwards by runid in windows (the history has no other index), until
-- there are row_limit of them or the window began before since. Rows of jobs that are gone are known by
-- cronmill_cron.job. Shows what who logged in may see.
-- Executed by: the registry's owner, monitors and operators; status and runs of the command line.
create or replace function cronmill_cron.history(
    row_limit integer, since timestamptz, database_names text[], processors text[], only_failed boolean
)
returns table (
    runid bigint, jobid bigint, database_name text, processor text, slot integer, run_as text, pid integer,
    status text, message text, started_at timestamptz, ended_at timestamptz, seconds double precision
)
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    upper_runid bigint;
    lower_runid bigint;
    lowest_runid bigint;
    oldest_start timestamptz;
    found_total integer := 0;
    found_now integer;
    visible constant text[] := case when not cronmill_cron.sees_all()
        then array(select v.name from cronmill_cron.visible_databases() as v (name)) end;
begin
    select max(d.runid), min(d.runid) into upper_runid, lowest_runid from cronmill_cron.visible_runs(null, null) as d;
    while upper_runid >= lowest_runid and found_total < row_limit loop
        lower_runid := upper_runid - 10000;
        return query
        select
            d.runid, d.jobid, o.database_name, o.processor, o.slot, o.run_as, d.job_pid,
            case when d.status = 'failed' and d.return_message = 'job canceled' then 'stopped' else d.status end,
            d.return_message, d.start_time, d.end_time,
            extract(epoch from coalesce(d.end_time,
                case when d.status in ('running', 'starting', 'connecting', 'sending') then clock_timestamp() end)
                - d.start_time)::double precision
        from cronmill_cron.visible_runs(lower_runid, upper_runid) as d
        join lateral (
            select j.database_name, j.processor, j.slot, j.run_as
            from cronmill_cron.job as j
            where j.jobid = d.jobid
            order by j.job_key desc
            limit 1
        ) as o on true
        where (history.database_names is null or o.database_name = any (history.database_names))
            and (visible is null or o.database_name = any (visible))
            and (history.processors is null or o.processor = any (history.processors))
            and (not history.only_failed or d.status = 'failed' and d.return_message <> 'job canceled')
            and (history.since is null or d.start_time >= history.since or d.start_time is null)
        order by d.runid desc
        limit row_limit - found_total;
        get diagnostics found_now = row_count;
        found_total := found_total + found_now;
        if history.since is not null then
            select min(d.start_time) into oldest_start from cronmill_cron.visible_runs(lower_runid, upper_runid) as d;
            exit when oldest_start < history.since;
        end if;
        upper_runid := lower_runid;
    end loop;
end
$function$;
comment on function cronmill_cron.history(integer, timestamptz, text[], text[], boolean) is 'Runs of our jobs, newest first.';
revoke all on function cronmill_cron.history(integer, timestamptz, text[], text[], boolean) from public;

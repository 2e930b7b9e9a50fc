-- What became of a run that pg_cron has noted no end of: starting, running; gone if its backend is
-- not there any more, or it never got one.
-- Executed by: processor_jobs, run_status.
create or replace function cronmill_cron.open_run_status(
    runid bigint, status text, pid integer, database_name text, start_time timestamptz
)
returns text
language plpgsql stable parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $function$
begin
    if open_run_status.pid is null then
        -- Starting takes seconds: it has taken too long if a later run began a minute ago.
        if exists (
            select 1
            from cronmill_cron.visible_runs(
                open_run_status.runid, open_run_status.runid + 1000
            ) as d
            where d.start_time < statement_timestamp() - interval '1 minute'
        ) then
            return 'gone';
        end if;
    elsif not exists (
        select 1
        from pg_catalog.pg_stat_get_activity(open_run_status.pid) as a
        join pg_catalog.pg_database as d on d.oid = a.datid
        where d.datname = open_run_status.database_name
            -- A process id comes again. Who may not see when a backend began is told no more than
            -- that it is there.
            and (a.backend_start is null or open_run_status.start_time is null
                or a.backend_start < open_run_status.start_time + interval '10 seconds')
    ) then
        return 'gone';
    end if;
    return case when open_run_status.status = 'running' then 'running' else 'starting' end;
end
$function$;
comment on function cronmill_cron.open_run_status(bigint, text, integer, text, timestamptz)
    is 'How a run without an end is: starting, running, gone.';
revoke all on function cronmill_cron.open_run_status(bigint, text, integer, text, timestamptz)
    from public;

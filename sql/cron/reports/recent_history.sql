-- The runids of the history since a moment: found by windows backwards, no more than fifty with
-- rows in them.
-- Executed by: processor_jobs.
create or replace function cronmill_cron.recent_history(
    since timestamptz, out above_runid bigint, out to_runid bigint
)
returns record
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set row_security = on
set jit = off
as $function$
declare
    lowest_runid bigint;
    window_start timestamptz;
    has_rows boolean;
    windows integer := 0;
begin
    select e.newest, e.newest, e.before_oldest + 1 into to_runid, above_runid, lowest_runid
    from cronmill_cron.history_ends() as e;
    while above_runid >= lowest_runid and windows < 50 and to_runid - above_runid < 50000000 loop
        above_runid := above_runid - 10000;
        select min(r.start_time), count(*) > 0
        into window_start, has_rows
        from cronmill_cron.visible_runs(above_runid, above_runid + 10000) as r;
        exit when window_start < recent_history.since;
        if has_rows then
            windows := windows + 1;
        end if;
    end loop;
end
$function$;
comment on function cronmill_cron.recent_history(timestamptz)
    is 'The runids of the history since a moment.';
revoke all on function cronmill_cron.recent_history(timestamptz) from public;

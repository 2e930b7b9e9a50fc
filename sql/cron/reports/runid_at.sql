-- The runid that parts runs that began before a moment from those that began later: found by
-- halving, because the history has no other index. Runs begin in the order of their runids, but for
-- seconds; one whose start pg_cron did not note stands between its neighbours.
-- Executed by: history_range, run_statistics.
create or replace function cronmill_cron.runid_at(moment timestamptz)
returns bigint
language plpgsql stable parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    early bigint;
    late bigint;
    middle bigint;
    width bigint;
    known record;
begin
    select e.before_oldest, e.newest into early, late from cronmill_cron.history_ends() as e;
    while late > early loop
        middle := early + (late - early) / 2;
        width := 100;
        loop
            select d.runid, d.start_time into known
            from cronmill_cron.visible_runs(middle, least(middle + width, late)) as d
            where d.start_time is not null
            order by d.runid
            limit 1;
            exit when known.runid is not null or middle + width >= late;
            width := width * 10;
        end loop;
        if known.start_time < runid_at.moment then
            early := known.runid;
        else
            late := middle;
        end if;
    end loop;
    return early;
end
$function$;
comment on function cronmill_cron.runid_at(timestamptz)
    is 'The runid of the last run that began before a moment.';
revoke all on function cronmill_cron.runid_at(timestamptz) from public;

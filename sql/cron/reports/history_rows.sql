-- Number of rows in pg_cron's history that can be seen: counted in twenty windows between the
-- oldest and the newest, because it has no index but runid and its statistics are old. Null if
-- there are surely fewer than asked about.
-- Executed by: troubles.
create or replace function cronmill_cron.history_rows(at_least bigint)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    lowest_runid bigint;
    total bigint;
    width bigint;
    counted bigint;
begin
    select e.before_oldest + 1, e.newest - e.before_oldest into lowest_runid, total
    from cronmill_cron.history_ends() as e;
    if (total >= at_least) is not true then
        return null;
    end if;
    width := least(1000, greatest(1, total / 20));
    select count(*) into counted
    from generate_series(0, 19) as n (place)
    cross join lateral (select lowest_runid - 1 + total / 20 * n.place as above) as w
    cross join lateral cronmill_cron.visible_runs(w.above, w.above + width) as d;
    return counted * total / (20.0 * width);
end
$function$;
comment on function cronmill_cron.history_rows(bigint)
    is 'About how many rows the history has, if that can be so many.';
revoke all on function cronmill_cron.history_rows(bigint) from public;

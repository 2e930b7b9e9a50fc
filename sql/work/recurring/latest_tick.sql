-- The last tick of a schedule at or before a moment, from one that is known on: by halving the time
-- in which it can be, so that a year without a run takes no longer than a day.
-- Executed by: due_ticks.
create or replace function cronmill.latest_tick(
    schedule text, zone text, known_tick timestamptz, now_at timestamptz
)
returns timestamptz
language plpgsql stable parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    latest timestamptz := latest_tick.known_tick;
    no_later timestamptz := latest_tick.now_at;
    looked_at timestamptz := latest;
    tick timestamptz;
begin
    -- The first look is at the next one: mostly that is to come.
    while no_later - latest >= interval '1 minute' loop
        tick := cronmill.next_tick(latest_tick.schedule, latest_tick.zone, looked_at);
        if tick <= latest_tick.now_at then
            latest := tick;
        else
            no_later := looked_at;
        end if;
        looked_at := latest + (no_later - latest) / 2;
    end loop;
    return latest;
end
$function$;
comment on function cronmill.latest_tick(text, text, timestamptz, timestamptz)
    is 'The last tick of a schedule at or before a moment.';
revoke all on function cronmill.latest_tick(text, text, timestamptz, timestamptz) from public;

-- The first tick of a schedule after a moment; null for never. Where the hour is * or */n, every
-- minute that really passes counts: an hour that the clock leaves out has none, one that it repeats
-- has them twice. A fixed hour comes once on each day of the calendar: a time that the clock leaves
-- out is moved on by as much, of one that it repeats the second is meant, as `at time zone` has
-- it; and two that become one are one. Of day and weekday one is enough where both are restricted.
-- Executed by: due_ticks, latest_tick, recurring_warning, set_recurring, switch_recurring;
-- monitors.
create or replace function cronmill.next_tick(schedule text, zone text, after timestamptz)
returns timestamptz
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    clock timestamp := next_tick.after at time zone next_tick.zone;
    tick timestamptz;
    first_tick timestamptz;
begin
    if (cronmill.schedule_fields(next_tick.schedule))[2] ^@ '*' then
        return cronmill.nearest_due(
            next_tick.schedule, next_tick.after, next_tick.zone, false, false);
    end if;
    if not isfinite(next_tick.after) then
        return null;
    end if;
    -- On the clock it begins earlier, by as much as it was put forward within a day, because what
    -- was left out may be yet to come; or by as much as it will be put back.
    clock := clock - greatest(
        interval '0',
        clock - (next_tick.after - interval '25 hours') at time zone next_tick.zone
            - interval '25 hours',
        clock at time zone next_tick.zone - next_tick.after);
    loop
        -- As if there were a zone without changes.
        clock := cronmill.nearest_due(
            next_tick.schedule, clock at time zone 'UTC', 'UTC', false, false) at time zone 'UTC';
        exit when clock is null;
        tick := clock at time zone next_tick.zone;
        if tick > next_tick.after then
            first_tick := least(first_tick, tick);
        end if;
        -- One that was moved on may come later than one that was not.
        exit when clock >= first_tick at time zone next_tick.zone;
    end loop;
    return first_tick;
end
$function$;
comment on function cronmill.next_tick(text, text, timestamptz)
    is 'The first tick of a schedule after a moment; null for never.';
revoke all on function cronmill.next_tick(text, text, timestamptz) from public;

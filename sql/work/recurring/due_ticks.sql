-- Which ticks of a template that is due are to be fired at a moment, and which one comes next: it
-- is due still where more than so many are to be made up for. In time is who is no more than two
-- minutes late, and nearer to its tick than to the next one; what becomes of others, catch_up says.
-- Executed by: fire_template.
create or replace function cronmill.due_ticks(
    template cronmill.recurring,
    now_at timestamptz,
    most integer,
    out ticks timestamptz[],
    out next_at timestamptz
)
returns record
language plpgsql stable parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    from_at constant timestamptz := due_ticks.now_at - (due_ticks.template).catch_up_within;
    tick timestamptz := (due_ticks.template).next_at;
begin
    ticks := '{}';
    if (due_ticks.template).catch_up = 'all' then
        if tick < from_at then
            tick := cronmill.next_tick(
                (due_ticks.template).schedule, (due_ticks.template).zone,
                from_at - interval '1 microsecond');
        end if;
        while tick <= due_ticks.now_at and cardinality(ticks) < due_ticks.most loop
            ticks := ticks || tick;
            tick := cronmill.next_tick(
                (due_ticks.template).schedule, (due_ticks.template).zone, tick);
        end loop;
        next_at := tick;
        return;
    end if;
    next_at := cronmill.next_tick(
        (due_ticks.template).schedule, (due_ticks.template).zone, due_ticks.now_at);
    if due_ticks.now_at - tick >= interval '1 minute' then
        tick := cronmill.latest_tick(
            (due_ticks.template).schedule, (due_ticks.template).zone, tick, due_ticks.now_at);
    end if;
    if due_ticks.now_at - tick <= least(interval '2 minutes', (next_at - tick) / 2)
        or (due_ticks.template).catch_up = 'one' and tick >= from_at
    then
        ticks := array[tick];
    end if;
end
$function$;
comment on function cronmill.due_ticks(cronmill.recurring, timestamptz, integer)
    is 'Which ticks of a template are to be fired at a moment, and which one comes next.';
revoke all on function cronmill.due_ticks(cronmill.recurring, timestamptz, integer) from public;

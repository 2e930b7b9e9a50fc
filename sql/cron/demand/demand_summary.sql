-- How many of the enabled processors that sleep have a place in pg_cron, wait for one, or are
-- asleep. Numbers only: everybody shares them; the budget is capacity's.
-- Executed by: monitors and operators; status of the command line.
create or replace function cronmill_cron.demand_summary(
    out used integer, out awake integer, out waiting integer, out longest_wait double precision,
    out asleep integer
)
returns record
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
begin
    select
        coalesce(sum(d.slots) filter (where d.state in ('awake', 'granted')), 0),
        count(*) filter (where d.state in ('awake', 'granted')),
        count(*) filter (where d.state = 'wanted'),
        extract(epoch from
            clock_timestamp() - min(d.changed_at) filter (where d.state = 'wanted')),
        count(*) filter (where d.state = 'asleep')
    into used, awake, waiting, longest_wait, asleep
    from cronmill_cron.demand as d
    join cronmill_cron.processor as p
        on p.work_database_id = d.work_database_id and p.name = d.processor and p.enabled;
end
$function$;
comment on function cronmill_cron.demand_summary()
    is 'How many of the processors that sleep are awake, wait for a place, or are asleep.';
revoke all on function cronmill_cron.demand_summary() from public;

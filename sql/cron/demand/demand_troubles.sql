-- Alarms of processors that sleep: they wait for a place in pg_cron for a minute or longer; or a
-- sweep found tasks in the last quarter of an hour of which no ring had told.
-- Executed by: troubles.
create or replace function cronmill_cron.demand_troubles()
returns table (kind text, database_name text, processor text, detail text, is_raised boolean)
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    now_at constant timestamptz := clock_timestamp();
begin
    return query
    select f.kind, w.name, d.processor, f.detail, f.is_raised
    from cronmill_cron.demand as d
    join cronmill_cron.work_database as w on w.work_database_id = d.work_database_id
    join cronmill_cron.processor as p
        on p.work_database_id = d.work_database_id and p.name = d.processor and p.enabled
    cross join lateral (
        values
            ('waiting', d.state = 'wanted' and now_at - d.changed_at > interval '48 seconds',
                now_at - d.changed_at > interval '1 minute',
                pg_catalog.format(
                    'It waits for a place in pg_cron for %s; cronmill status tells the budget.',
                    cronmill_cron.duration_text(now_at - d.changed_at))),
            ('missed', d.missed_at > now_at - interval '15 minutes', true,
                'It slept while it had tasks, which were found by a sweep: they were inserted '
                    'past cronmill.enqueue, or their ring was lost.')
    ) as f (kind, is_near, is_raised, detail)
    where f.is_near;
end
$function$;
comment on function cronmill_cron.demand_troubles() is 'Alarms of processors that sleep.';
revoke all on function cronmill_cron.demand_troubles() from public;

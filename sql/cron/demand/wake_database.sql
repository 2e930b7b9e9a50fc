-- Has the processors of a database that sleep look for tasks: it has come to where it is now, and
-- what rang, or was at work, elsewhere is not known here. Those that are asleep until a time of
-- their own stay so. Changes cronmill_cron.demand and cron.job.
-- Executed by: register.
create or replace function cronmill_cron.wake_database(work_database_id integer)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    one record;
begin
    for one in
        update cronmill_cron.demand as d
        set
            state = 'wanted', cause = 'moved', changed_at = clock_timestamp(),
            seen_at = clock_timestamp(), sweep_at = null, slots = 1, seen_slots = 0,
            wanted_slots = null
        from cronmill_cron.processor as p
        where d.work_database_id = wake_database.work_database_id
            and p.work_database_id = d.work_database_id and p.name = d.processor and p.enabled
            and d.state <> 'wanted'
            and (d.state <> 'asleep' or cronmill_cron.is_every_minute(p.schedule))
        returning d.work_database_id, d.processor
    loop
        perform cronmill_cron.apply_state(one.work_database_id, one.processor);
    end loop;
end
$function$;
comment on function cronmill_cron.wake_database(integer)
    is 'Has the processors of a database that sleep look for tasks.';
revoke all on function cronmill_cron.wake_database(integer) from public;

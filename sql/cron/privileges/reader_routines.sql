-- The functions that monitors and operators of a work database call: the one list, by name. Each of
-- them shows only what its caller may see.
-- Executed by: wanted_privileges.
create or replace function cronmill_cron.reader_routines()
returns setof regprocedure
language sql stable parallel safe security invoker
set search_path = pg_catalog, pg_temp
as $function$
    select p.oid::regprocedure
    from (values
        ('sees_all'), ('broken_roles'), ('house_faults'), ('visible_databases'),
        ('visible_processors'), ('jobs_without_role'), ('capacity'), ('demand_summary'),
        ('processor_jobs'), ('processor_totals'),
        ('scheduler'), ('snapshot_holders'), ('differences'), ('history'), ('history_range'),
        ('run_statistics'), ('runs_as'), ('visible_thresholds'), ('alarms')
    ) as r (name)
    join pg_catalog.pg_proc as p
        on p.pronamespace = 'cronmill_cron'::regnamespace and p.proname = r.name
$function$;
comment on function cronmill_cron.reader_routines()
    is 'The functions monitors and operators may execute.';
revoke all on function cronmill_cron.reader_routines() from public;

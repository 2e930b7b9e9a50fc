-- Schedules the housekeeper while there is a work database, and unschedules it when there is none.
-- Changes cron.job and cronmill_cron.job. Executed by: register, unregister, sync.
create or replace function cronmill_cron.keep_house()
returns integer
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    is_wanted constant boolean := exists (select 1 from cronmill_cron.work_database);
    watch_command constant text := 'call cronmill_cron.watch()';
    noted record;
begin
    select
        o.noted_jobid as jobid, coalesce(o.username, o.noted_run_as) as run_as, o.jobid as there_jobid, o.noted_run_as,
        o.schedule, o.command, o.runs_in, o.active, o.misplacement
    into noted
    from cronmill_cron.noted_jobs() as o
    where o.database_name = pg_catalog.current_database() and o.processor = 'watch' and o.slot = 0;
    if noted.there_jobid is not null and noted.misplacement is null and noted.run_as = noted.noted_run_as and is_wanted then
        if (noted.schedule, noted.command, noted.runs_in, noted.active)
            = ('* * * * *', watch_command, pg_catalog.current_database()::text, true)
        then
            return 0;
        end if;
        perform cronmill_cron.change_job(
            noted.run_as, noted.jobid, '* * * * *', watch_command, pg_catalog.current_database(), true);
        return 1;
    end if;
    if noted.there_jobid is not null then
        perform cronmill_cron.unschedule_job(noted.run_as, noted.jobid);
    end if;
    update cronmill_cron.job as o
    set removed_at = clock_timestamp()
    where o.database_name = pg_catalog.current_database() and o.processor = 'watch' and o.slot = 0 and o.removed_at is null;
    if is_wanted then
        perform cronmill_cron.note_job(
            cronmill_cron.schedule_job(
                current_user, 'cronmill watch', '* * * * *', watch_command, pg_catalog.current_database(), true),
            pg_catalog.current_database(), 'watch', 0, current_user);
    end if;
    return case when is_wanted or noted.jobid is not null then 1 else 0 end;
end
$function$;
comment on function cronmill_cron.keep_house() is 'Schedules the housekeeper while there is a work database.';
revoke all on function cronmill_cron.keep_house() from public;

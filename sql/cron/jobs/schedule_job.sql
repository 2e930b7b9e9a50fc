-- Makes a job that belongs to a run-as role. A superuser's registry names the role; another calls
-- pg_cron through the function that the role owns, because pg_cron lets nobody else name one.
-- Changes cron.job.
-- Executed by: keep_house, reconcile.
create or replace function cronmill_cron.schedule_job(
    run_as text, job_name text, schedule text, command text, database_name text, active boolean
)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $function$
declare
    made_jobid bigint;
begin
    if cronmill_cron.acts_for_all_roles()
        and pg_catalog.current_setting('cron.enable_superuser_jobs', true)
            is not distinct from 'off'
        and exists (
            select
            from pg_catalog.pg_roles as r
            where r.rolname = schedule_job.run_as and r.rolsuper
        )
    then
        raise exception using
            errcode = 'MC024',
            message = pg_catalog.format(
                'no job can be made for superuser "%s" on this server', schedule_job.run_as),
            detail = 'cron.enable_superuser_jobs is off. A server that has a superuser''s job and '
                'is started like that crashes, again and again.',
            hint = 'Set up as a role that is no superuser; '
                'or set cron.enable_superuser_jobs = on and restart.';
    end if;
    if cronmill_cron.acts_for_all_roles() then
        made_jobid := cron.schedule_in_database(
            job_name, schedule, command, database_name, run_as, active);
        -- A job of that name may have stood there: then the call leaves these two as they were.
        perform cron.alter_job(made_jobid, database := database_name, active := active);
    elsif run_as = current_user then
        made_jobid := cronmill_cron.as_role(job_name, schedule, command, database_name, active);
    else
        perform cronmill_cron.assert_sound(run_as);
        execute pg_catalog.format('select cronmill_run_as.%I($1, $2, $3, $4, $5)', run_as)
        into made_jobid
        using job_name, schedule, command, database_name, active;
    end if;
    return made_jobid;
end
$function$;
comment on function cronmill_cron.schedule_job(text, text, text, text, text, boolean)
    is 'Makes a job that belongs to a run-as role.';
revoke all on function cronmill_cron.schedule_job(text, text, text, text, text, boolean)
    from public;

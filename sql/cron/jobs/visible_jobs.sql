-- The rows of cron.job that concern us: all of them for a superuser's registry, else those of the
-- registry's owner and, through their functions, of the run-as roles (row security hides them).
-- Jobs of a role whose functions may not be called are not seen, and those of others are.
-- Executed by: history, jobs_without_role, lost_jobs, noted_jobs.
create or replace function cronmill_cron.visible_jobs()
returns table (
    jobid bigint, job_name text, schedule text, command text, database_name text,
    username text, active boolean, nodename text, nodeport integer
)
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $function$
declare
    run_as_role text;
begin
    return query
    select
        j.jobid, j.jobname::text, j.schedule, j.command, j.database, j.username, j.active,
        j.nodename, j.nodeport
    from cron.job as j;
    if not cronmill_cron.acts_for_all_roles() then
        for run_as_role in
            select distinct a.role_name
            from cronmill_cron.run_as as a
            where a.role_name <> current_user
                and cronmill_cron.role_fault(a.role_name) is null
        loop
            return query execute pg_catalog.format(
                'select j.jobid, j.job_name, j.schedule, j.command, j.database_name, j.username,
                    j.active, j.nodename, j.nodeport
                from cronmill_run_as.%I() as j', run_as_role);
        end loop;
    end if;
end
$function$;
comment on function cronmill_cron.visible_jobs() is 'The rows of cron.job the registry can see.';
revoke all on function cronmill_cron.visible_jobs() from public;

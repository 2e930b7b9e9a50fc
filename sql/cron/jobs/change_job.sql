-- Changes a job, by its jobid; null for what stays. Changes cron.job.
-- Executed by: apply_state, keep_house, reconcile.
create or replace function cronmill_cron.change_job(
    run_as text, jobid bigint, schedule text, command text, database_name text, active boolean
)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    -- pg_cron takes no name of a database that was dropped, not even the one its job has.
    known_name constant text := (
        select d.datname
        from pg_catalog.pg_database as d
        where d.datname = change_job.database_name
    );
begin
    if cronmill_cron.acts_for_all_roles() then
        perform cron.alter_job(jobid, schedule, command, known_name, null, active);
    elsif run_as = current_user then
        perform cronmill_cron.as_role(jobid, schedule, command, known_name, active);
    else
        perform cronmill_cron.assert_sound(run_as);
        execute pg_catalog.format('select cronmill_run_as.%I($1, $2, $3, $4, $5)', run_as)
        using jobid, schedule, command, known_name, active;
    end if;
end
$function$;
comment on function cronmill_cron.change_job(text, bigint, text, text, text, boolean)
    is 'Changes a job, by its jobid.';
revoke all on function cronmill_cron.change_job(text, bigint, text, text, text, boolean)
    from public;

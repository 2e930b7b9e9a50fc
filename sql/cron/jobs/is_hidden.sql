-- Whether a job that was noted, and is not seen, is there all the same: row security hides from an
-- owner without superuser one whose role is gone. pg_cron tells by how it refuses to remove it.
-- Executed by: differences_now, jobs_without_role, keep_house, reconcile.
create or replace function cronmill_cron.is_hidden(run_as text, jobid bigint)
returns boolean
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    if cronmill_cron.acts_for_all_roles()
        or exists (select from pg_catalog.pg_roles as r where r.rolname = is_hidden.run_as)
    then
        return false;
    end if;
    -- It would remove whatever has that jobid by now.
    if pg_catalog.has_table_privilege('cron.job', 'delete') then
        return true;
    end if;
    perform cron.unschedule(jobid);
    return false;
exception
    when insufficient_privilege then
        return true;
    -- It could not find it, and has no SQLSTATE for that.
    when internal_error then
        return false;
end
$function$;
comment on function cronmill_cron.is_hidden(text, bigint)
    is 'Whether a job of a role that is gone is there, which row security hides.';
revoke all on function cronmill_cron.is_hidden(text, bigint) from public;

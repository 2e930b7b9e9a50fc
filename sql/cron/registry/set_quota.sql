-- Says how many slots of enabled processors that never sleep, and how many jobs, a work database
-- may have: null for what holds for all; and without a database what that is. What is there already
-- is left. Changes cronmill_cron.work_database and cronmill_cron.installation.
-- Executed by: the registry's owner.
create or replace function cronmill_cron.set_quota(database_name text, slots integer, jobs integer)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    if set_quota.database_name is null then
        update cronmill_cron.installation as i
        set
            max_slots = coalesce(set_quota.slots, i.max_slots),
            max_jobs = coalesce(set_quota.jobs, i.max_jobs);
        return;
    end if;
    update cronmill_cron.work_database as w
    set max_slots = set_quota.slots, max_jobs = set_quota.jobs
    where w.name = set_quota.database_name;
    if not found then
        raise exception using
            errcode = 'MC010',
            message = pg_catalog.format(
                'database "%s" is not registered in cron database "%s"',
                set_quota.database_name, pg_catalog.current_database());
    end if;
end
$function$;
comment on function cronmill_cron.set_quota(text, integer, integer)
    is 'Says how many slots and jobs a work database may have.';
revoke all on function cronmill_cron.set_quota(text, integer, integer) from public;

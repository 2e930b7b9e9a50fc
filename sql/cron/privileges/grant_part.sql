-- Lets a monitor or operator of a work database see its jobs and runs. Changes
-- cronmill_cron.grantee and privileges.
-- Executed by: the registry's owner; cronmill grant.
create or replace function cronmill_cron.grant_part(database_name text, role_name text, part text)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
begin
    insert into cronmill_cron.grantee (work_database_id, role_name, part)
    select w.work_database_id, grant_part.role_name, grant_part.part
    from cronmill_cron.work_database as w
    where w.name = grant_part.database_name
    on conflict on constraint grantee_pkey do nothing;
    perform cronmill_cron.renew_privileges();
end
$function$;
comment on function cronmill_cron.grant_part(text, text, text)
    is 'Lets a monitor or operator of a work database see its jobs and runs.';
revoke all on function cronmill_cron.grant_part(text, text, text) from public;

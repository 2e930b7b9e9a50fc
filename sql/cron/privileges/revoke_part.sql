-- Takes it back. Changes cronmill_cron.grantee and privileges.
-- Executed by: the registry's owner; cronmill revoke.
create or replace function cronmill_cron.revoke_part(database_name text, role_name text, part text)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
begin
    delete from cronmill_cron.grantee as g
    using cronmill_cron.work_database as w
    where w.work_database_id = g.work_database_id
        and w.name = revoke_part.database_name
        and g.role_name = revoke_part.role_name
        and g.part = revoke_part.part;
    perform cronmill_cron.release_role(revoke_part.role_name);
end
$function$;
comment on function cronmill_cron.revoke_part(text, text, text)
    is 'Takes a part of a role in a work database back.';
revoke all on function cronmill_cron.revoke_part(text, text, text) from public;

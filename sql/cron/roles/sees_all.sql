-- Whether the caller sees all work databases: members of the registry's owner do, and so
-- superusers, but not what is run by their maintenance of others' tables.
-- Executed by: many functions; monitors and operators.
create or replace function cronmill_cron.sees_all()
returns boolean
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    if not pg_catalog.pg_has_role(session_user, current_user, 'member') then
        return false;
    end if;
    perform cronmill_cron.assert_own_doing();
    return true;
end
$function$;
comment on function cronmill_cron.sees_all()
    is 'True if who logged in is a member of the registry''s owner.';
revoke all on function cronmill_cron.sees_all() from public;

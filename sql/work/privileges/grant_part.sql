-- Gives a role a part here: producer of a queue, operator, or monitor. Changes cronmill.grantee and
-- privileges.
-- Executed by: the owner; cronmill grant.
create or replace function cronmill.grant_part(role_name text, part text, queue text default null)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
begin
    if not exists (select 1 from pg_catalog.pg_roles as r where r.rolname = grant_part.role_name)
    then
        raise exception using
            errcode = 'MC009',
            message = pg_catalog.format('role "%s" does not exist', grant_part.role_name),
            hint = pg_catalog.format('create role %I login;', grant_part.role_name);
    end if;
    insert into cronmill.grantee (role_name, part, queue_id)
    values (
        grant_part.role_name, grant_part.part,
        case when grant_part.queue is not null then cronmill.queue_id(grant_part.queue) end
    )
    on conflict do nothing;
    perform cronmill.renew_privileges();
end
$function$;
comment on function cronmill.grant_part(text, text, text)
    is 'Gives a role a part: producer of a queue, operator, monitor.';
revoke all on function cronmill.grant_part(text, text, text) from public;

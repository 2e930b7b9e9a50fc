-- Takes a part back, with the privileges that no other part of the role wants. Privileges that were
-- given to it otherwise stay. Changes cronmill.grantee and privileges.
-- Executed by: the owner; cronmill revoke.
create or replace function cronmill.revoke_part(role_name text, part text, queue text default null)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
declare
    former text[];
begin
    -- Two grants on one schema at once end with "tuple concurrently updated".
    perform cronmill.take_turn();
    former := array(
        select w.target
        from cronmill.wanted_privileges() as w
        where w.role_name = revoke_part.role_name
    );
    delete from cronmill.grantee as g
    where g.role_name = revoke_part.role_name
        and g.part = revoke_part.part
        and (revoke_part.queue is null
            or g.queue_id = (
                select q.queue_id from cronmill.queue as q where q.name = revoke_part.queue
            ));
    perform cronmill.set_privilege(
        false, g.role_name, g.privilege, g.column_name, g.namespace, g.relation, g.routine)
    from cronmill.granted_privileges() as g
    where g.role_name = revoke_part.role_name
        and g.target = any (former)
        and not exists (
            select 1
            from cronmill.wanted_privileges() as w
            where (w.role_name, w.target) = (g.role_name, g.target)
        );
end
$function$;
comment on function cronmill.revoke_part(text, text, text)
    is 'Takes a part of a role back; of a producer all queues, if none is named.';
revoke all on function cronmill.revoke_part(text, text, text) from public;

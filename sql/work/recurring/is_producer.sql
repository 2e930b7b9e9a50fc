-- Whether a role may enqueue to a queue: it is a member of the owner of this schema (superusers are
-- members of every role), or of a producer of the queue.
-- Executed by: assert_producer, fire_template, own_recurring, set_recurring.
create or replace function cronmill.is_producer(role_name text, queue_id integer)
returns boolean
language plpgsql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    -- Null for a role that was dropped or renamed since.
    role_oid constant oid := pg_catalog.to_regrole(quote_ident(is_producer.role_name));
begin
    -- The owner is not looked for in the table: a condition without one costs no statement.
    if pg_catalog.pg_has_role(role_oid, current_user, 'member') then
        return true;
    end if;
    return exists (
        select
        from cronmill.grantee as g
        where g.queue_id = is_producer.queue_id
            and pg_catalog.pg_has_role(
                role_oid, pg_catalog.to_regrole(quote_ident(g.role_name))::oid, 'member')
    );
end
$function$;
comment on function cronmill.is_producer(text, integer)
    is 'Whether a role may enqueue to a queue.';
revoke all on function cronmill.is_producer(text, integer) from public;

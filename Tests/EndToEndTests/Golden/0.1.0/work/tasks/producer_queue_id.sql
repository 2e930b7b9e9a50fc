-- The key of a queue, for somebody who may enqueue to it: whoever is a member of the owner of this
-- schema (superusers are members of every role), or of a producer of the queue. It asks who logged
-- in: inside a definer function the current user is the owner. Where others' code could be at work
-- only a producer that is named itself is admitted. Raises MC001 or MC003.
-- Executed by: enqueue, enqueue_envelopes, enqueue_many; producers.
create or replace function cronmill.producer_queue_id(queue text)
returns integer
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    found_id integer;
    is_admitted boolean;
begin
    select
        q.queue_id,
        exists (
            select
            from cronmill.grantee as g
            where g.queue_id = q.queue_id and g.role_name = session_user
        )
    into found_id, is_admitted
    from cronmill.queue as q
    where q.name = producer_queue_id.queue;
    if found_id is null then
        return cronmill.queue_id(producer_queue_id.queue);
    end if;
    if not is_admitted then
        perform cronmill.assert_own_doing();
        is_admitted := pg_catalog.pg_has_role(session_user, current_user, 'member')
            or exists (
                select
                from cronmill.grantee as g
                where g.queue_id = found_id
                    -- Null for a role that was dropped or renamed since.
                    and pg_catalog.pg_has_role(
                        session_user,
                        pg_catalog.to_regrole(quote_ident(g.role_name))::oid,
                        'member')
            );
    end if;
    if not is_admitted then
        raise exception using
            errcode = 'MC003',
            message = pg_catalog.format(
                'role "%s" may not enqueue to queue "%s"', session_user, producer_queue_id.queue),
            detail = 'Who may enqueue is told queue by queue; '
                'leave to execute the function is not enough.',
            hint = pg_catalog.format(
                'Have it granted: cronmill grant producer %s --queue %s --database %s',
                cronmill.shell_word(session_user::text),
                cronmill.shell_word(producer_queue_id.queue),
                cronmill.shell_word(pg_catalog.current_database()));
    end if;
    return found_id;
end
$function$;
comment on function cronmill.producer_queue_id(text)
    is 'Key of a queue by name, for who may enqueue to it; '
        'MC001 if there is none, MC003 for others.';
revoke all on function cronmill.producer_queue_id(text) from public;

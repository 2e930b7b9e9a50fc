-- A recurring template for somebody who may switch, run or remove it, its row locked: who may
-- enqueue to its queue, or is an operator. It asks who logged in, as producer_queue_id does. Raises
-- MC001 or MC003.
-- Executed by: remove_recurring, run_recurring, switch_recurring.
create or replace function cronmill.own_recurring(name text)
returns cronmill.recurring
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    template cronmill.recurring;
begin
    select r.* into template
    from cronmill.recurring as r
    where r.name = own_recurring.name;
    if not found then
        raise exception using
            errcode = 'MC001',
            message = pg_catalog.format(
                'recurring template "%s" does not exist in database "%s"',
                own_recurring.name, pg_catalog.current_database()),
            hint = pg_catalog.format('cronmill recurring list --database %s says which there are.',
                cronmill.shell_word(pg_catalog.current_database()));
    end if;
    perform cronmill.assert_own_doing();
    if not cronmill.is_producer(session_user, template.queue_id)
        and not exists (
            select
            from cronmill.grantee as g
            where g.part = 'operator'
                and pg_catalog.pg_has_role(
                    session_user, pg_catalog.to_regrole(quote_ident(g.role_name))::oid, 'member')
        )
    then
        raise exception using
            errcode = 'MC003',
            message = pg_catalog.format('role "%s" may not change recurring template "%s"',
                session_user, own_recurring.name),
            detail = 'Who may enqueue to its queue may, and operators.';
    end if;
    -- After that: nobody else locks it.
    select r.* into template
    from cronmill.recurring as r
    where r.recurring_id = template.recurring_id
    for update;
    return template;
end
$function$;
comment on function cronmill.own_recurring(text)
    is 'A recurring template for somebody who may change it, locked; MC001 if there is none.';
revoke all on function cronmill.own_recurring(text) from public;

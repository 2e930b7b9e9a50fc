-- Refuses where code of somebody else's is run by maintenance: in an index expression that ANALYZE,
-- autovacuum, REINDEX or REFRESH evaluates, the function of the table's owner runs in the session
-- of whoever maintains it, a superuser mostly. What depends on who logged in must not be given to
-- it. There, and nowhere else, PostgreSQL refuses DEALLOCATE; that there is no such statement is
-- said everywhere else.
-- Executed by: enqueue, own_recurring, producer_queue_id, set_recurring, sync_processor.
create or replace function cronmill.assert_own_doing()
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
begin
    deallocate "cronmill has no such statement";
exception
    when invalid_sql_statement_name then
        return;
    when insufficient_privilege then
        raise exception using
            errcode = 'MC003',
            message = pg_catalog.format(
                'role "%s" does nothing here in the course of maintenance', session_user),
            detail = 'A function in an index or a materialized view would use the rights of '
                'whoever maintains the table.';
end
$function$;
comment on function cronmill.assert_own_doing()
    is 'Refuses where code of somebody else''s is run by maintenance.';
revoke all on function cronmill.assert_own_doing() from public;

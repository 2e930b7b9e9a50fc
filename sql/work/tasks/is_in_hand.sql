-- Whether a task, by the xmax of its row, was locked by this transaction: a handler is at work on
-- it, or another of its batch, which its own lock does not show. A lock that is over may be taken
-- for it where its transaction is younger than this one; then the task is left alone, as one of a
-- slot is.
-- Executed by: cancel, cancel_graph, cancel_tasks.
create or replace function cronmill.is_in_hand(locker xid)
returns boolean
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    return age(is_in_hand.locker) <= age(pg_current_xact_id()::xid);
end
$function$;
comment on function cronmill.is_in_hand(xid) is 'Whether a task was locked by this transaction.';
revoke all on function cronmill.is_in_hand(xid) from public;

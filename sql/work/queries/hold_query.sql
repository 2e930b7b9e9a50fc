-- Holds a query until the end of the transaction, so that one slot at a time computes it; while
-- another has it, the task asks to be done a second later (MC101). Two queries whose hashes collide
-- wait for each other, no more.
-- Executed by: the processor's run-as role, from its generated handler.
create or replace function cronmill.hold_query(task cronmill.query_task)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    if not cronmill.take_lock(
        cronmill.lock_class('query'),
        pg_catalog.hashtext(pg_catalog.concat((task).partition_key, ' ', (task).query_hash)),
        session_user)
    then
        perform cronmill.raise_snooze(clock_timestamp() + interval '1 second');
    end if;
end
$function$;
comment on function cronmill.hold_query(cronmill.query_task)
    is 'Lets one slot at a time compute a query; MC101 while another does.';
revoke all on function cronmill.hold_query(cronmill.query_task) from public;

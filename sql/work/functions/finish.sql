-- Removes a task that claim_again locked and the handler has done, in the handler's own transaction.
-- Changes cronmill.task. Executed by: the processor's run-as role, from its generated procedure.
create or replace function cronmill.finish(processor_id integer, task_id bigint, place tid)
returns void
language sql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    delete from cronmill.task as t
    using cronmill.processor as p
    where t.ctid = finish.place
        and t.task_id = finish.task_id
        and p.processor_id = finish.processor_id
        and p.queue_id = t.queue_id
        and p.run_as = session_user;
end;
comment on function cronmill.finish(integer, bigint, tid) is 'Removes a task that is done.';
revoke all on function cronmill.finish(integer, bigint, tid) from public;

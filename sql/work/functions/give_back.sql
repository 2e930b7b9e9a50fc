-- Takes the charge of an attempt back that was begun alone and stopped by somebody's cancel, not by the task.
-- Changes cronmill.task. Executed by: the processor's run-as role, from its generated procedure.
create or replace function cronmill.give_back(processor_id integer, task_id bigint, place tid)
returns void
language sql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    update cronmill.task as t
    set attempts = t.attempts - 1, began_at = null, run_at = clock_timestamp()
    from cronmill.processor as p
    where t.ctid = give_back.place
        and t.task_id = give_back.task_id
        and t.began_at is not null
        and p.processor_id = give_back.processor_id
        and p.queue_id = t.queue_id
        and p.run_as = session_user;
end;
comment on function cronmill.give_back(integer, bigint, tid) is 'Takes the charge of an attempt back that somebody''s cancel ended.';
revoke all on function cronmill.give_back(integer, bigint, tid) from public;

-- Gives a task that goes back to waiting its unique key again, which it gave up in order to be
-- begun. If another task has the key by now, or is getting it, both will be done. Changes
-- cronmill.task.
-- Executed by: hold_keys, put_back.
create or replace function cronmill.hold_key(task_id bigint, place tid)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
-- A producer that is enqueueing the same key is not waited for.
set lock_timeout = '100ms'
as $function$
begin
    update cronmill.task as t
    set taken_by = null
    where t.ctid = hold_key.place and t.task_id = hold_key.task_id and t.taken_by is not null;
exception
    when unique_violation or lock_not_available then
        -- No slot has this number: it is not tried again.
        update cronmill.task as t
        set taken_by = 0
        where t.ctid = hold_key.place and t.task_id = hold_key.task_id;
end
$function$;
comment on function cronmill.hold_key(bigint, tid)
    is 'Gives a waiting task its unique key again, if it is free.';
revoke all on function cronmill.hold_key(bigint, tid) from public;

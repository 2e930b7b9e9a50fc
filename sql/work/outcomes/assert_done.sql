-- Fails, within a part of a batch, when a handler says anything but done: its task has to be called
-- alone. A result of a task whose number is known is noted.
-- Executed by: the processor's run-as role.
create or replace function cronmill.assert_done(task_id bigint, outcome cronmill.outcome)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    if (assert_done.outcome).kind <> 'done'
        and not cronmill.note_result(assert_done.task_id, assert_done.outcome)
    then
        raise exception using errcode = 'MC000', message = 'the task is not done';
    end if;
end
$function$;
comment on function cronmill.assert_done(bigint, cronmill.outcome)
    is 'Fails, within a part of a batch, when a handler says anything but done.';
revoke all on function cronmill.assert_done(bigint, cronmill.outcome) from public;

-- Fails, within a batch, when a handler says anything but done: its task has to be called alone.
-- Executed by: the processor's run-as role.
create or replace function cronmill.assert_done(outcome cronmill.outcome)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    if (assert_done.outcome).kind <> 'done' then
        raise exception using errcode = 'MC000', message = 'the task is not done';
    end if;
end
$function$;
comment on function cronmill.assert_done(cronmill.outcome)
    is 'Fails, within a batch, when a handler says anything but done.';
revoke all on function cronmill.assert_done(cronmill.outcome) from public;

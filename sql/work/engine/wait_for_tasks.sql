-- Sleeps until the next look for tasks. If somebody cancels that, returns with what words.
-- Executed by: run; the processor's run-as role.
create or replace function cronmill.wait_for_tasks(seconds double precision)
returns text
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
declare
    cancel_message text;
begin
    perform pg_catalog.pg_sleep(greatest(0, wait_for_tasks.seconds));
    return null;
exception
    when query_canceled then
        get stacked diagnostics cancel_message = message_text;
        return cancel_message;
end
$function$;
comment on function cronmill.wait_for_tasks(double precision)
    is 'Sleeps until the next look for tasks; returns the words of a cancel.';
revoke all on function cronmill.wait_for_tasks(double precision) from public;

-- As snooze, by raising, for handlers that return void: what the handler did is rolled back.
-- SQLSTATE MC101, with the time in the detail.
-- Executed by: hold_query, make_cache; handlers.
create or replace function cronmill.raise_snooze(until timestamptz)
returns void
language plpgsql volatile parallel unsafe security invoker
set search_path = pg_catalog, pg_temp
as $function$
begin
    raise exception using
        errcode = 'MC101',
        message = 'the task asks to be done later',
        detail = raise_snooze.until::text;
end
$function$;
comment on function cronmill.raise_snooze(timestamptz)
    is 'Raises MC101: not yet, again at that time, without using up an attempt.';
revoke all on function cronmill.raise_snooze(timestamptz) from public;

-- What a handler that returns cronmill.outcome may say of its task: not yet. What it did stays
-- done.
-- Executed by: fail; handlers.
create or replace function cronmill.snooze(until timestamptz)
returns cronmill.outcome
language sql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select row('snooze', snooze.until, null)::cronmill.outcome;
end;
comment on function cronmill.snooze(timestamptz)
    is 'Outcome: not yet; the task is called again at that time, and no attempt is used up.';
revoke all on function cronmill.snooze(timestamptz) from public;

-- What a handler that returns cronmill.outcome may say of its task: never. What it did stays done.
-- Executed by: cache_query; handlers.
create or replace function cronmill.dead(reason text)
returns cronmill.outcome
language sql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select row('dead', null, dead.reason, null)::cronmill.outcome;
end;
comment on function cronmill.dead(text) is 'Outcome: never; the task is dead at once.';
revoke all on function cronmill.dead(text) from public;

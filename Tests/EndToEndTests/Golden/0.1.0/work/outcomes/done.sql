-- What a handler that returns cronmill.outcome may say of its task: it is done.
-- Executed by: cache_query; handlers.
create or replace function cronmill.done()
returns cronmill.outcome
language sql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select row('done', null, null)::cronmill.outcome;
end;
comment on function cronmill.done() is 'Outcome: the task is done; the same as returning null.';
revoke all on function cronmill.done() from public;

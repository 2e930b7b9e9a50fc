-- What a handler that returns cronmill.outcome may say of its task: it is done.
-- Executed by: cache_query; handlers.
create or replace function cronmill.done()
returns cronmill.outcome
language sql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select row('done', null, null, null)::cronmill.outcome;
end;
comment on function cronmill.done() is 'Outcome: the task is done; the same as returning null.';
revoke all on function cronmill.done() from public;

-- The same, with a result for those that wait for it in its graph. Its kind is another, so that
-- a batch notes it (note_result), or where numbers are not known does the task alone.
-- Executed by: handlers.
create or replace function cronmill.done(result jsonb)
returns cronmill.outcome
language sql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select row(
        case when done.result is null then 'done' else 'result' end, null, null, done.result
    )::cronmill.outcome;
end;
comment on function cronmill.done(jsonb)
    is 'Outcome: the task is done, and this is its result for those that wait for it.';
revoke all on function cronmill.done(jsonb) from public;

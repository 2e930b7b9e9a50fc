-- Whether query_canceled was raised by a handler itself, or by another server it asked, and is a failure of its task;
-- otherwise somebody wants the run to end. The context of the error tells. Executed by: the processor's run-as role,
-- from its generated procedure.
create or replace function cronmill.is_own_cancel(context text)
returns boolean
language sql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select split_part(is_own_cancel.context, e'\n', 1) ~ ' at RAISE$'
        or is_own_cancel.context ~ '(remote SQL command: |on dblink connection)';
end;
comment on function cronmill.is_own_cancel(text) is 'Whether a cancel was raised by the handler itself, by the context of its error.';
revoke all on function cronmill.is_own_cancel(text) from public;

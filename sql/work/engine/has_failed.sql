-- Whether a run failed that ended for this reason; one without a reason was killed, or goes on.
-- Executed by: backlog, note_start.
create or replace function cronmill.has_failed(end_reason text)
returns boolean
language sql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select coalesce(end_reason in ('canceled', 'stopped', 'no handler'), true);
end;
comment on function cronmill.has_failed(text) is 'Whether a run failed that ended for this reason.';
revoke all on function cronmill.has_failed(text) from public;

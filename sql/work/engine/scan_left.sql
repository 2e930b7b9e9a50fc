-- Where the next run goes on, if looking from the beginning takes long: each run would pay anew for
-- walking over rows that an old snapshot keeps. Null if it does not, or if such a look has not come
-- to its end.
-- Executed by: end_run.
create or replace function cronmill.scan_left(batch cronmill.claim)
returns cronmill.resume
language sql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select row(b.mark_at, b.mark_id, b.full_scan_at, b.scan_took)::cronmill.resume
    from (select (scan_left.batch).*) as b
    where b.scan_took > interval '10 milliseconds' and b.full_scan_at < 'infinity';
end;
comment on function cronmill.scan_left(cronmill.claim) is 'Where the next run goes on.';
revoke all on function cronmill.scan_left(cronmill.claim) from public;

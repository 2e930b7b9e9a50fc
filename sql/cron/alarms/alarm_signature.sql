-- A function as the alarm function is noted.
-- Executed by: alarm_fault, deliver_to.
create or replace function cronmill_cron.alarm_signature(routine oid)
returns text
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes))
    from pg_catalog.pg_proc as p
    join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
    where p.oid = routine;
end;
comment on function cronmill_cron.alarm_signature(oid)
    is 'A function as the alarm function is noted.';
revoke all on function cronmill_cron.alarm_signature(oid) from public;

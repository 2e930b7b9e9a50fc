-- Second key of the lock by which a processor is asked to give up its place, as is_asked_to_yield
-- in its database has it. Two of the same hash yield together.
-- Executed by: look.
create or replace function cronmill_cron.yield_key(database_oid oid, processor text)
returns integer
language sql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select hashtext(format('%s/%s', database_oid, processor));
end;
comment on function cronmill_cron.yield_key(oid, text)
    is 'Second key of the lock by which a processor is asked to give up its place.';
revoke all on function cronmill_cron.yield_key(oid, text) from public;

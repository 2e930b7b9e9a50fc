-- First key of the advisory locks of slots; the second is slot.slot_id ("crml" as four bytes).
-- Executed by: many functions.
create or replace function cronmill.slot_lock_class()
returns integer
language sql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select 1668443500;
end;
comment on function cronmill.slot_lock_class() is 'First key of the advisory lock that keeps a slot to one backend.';

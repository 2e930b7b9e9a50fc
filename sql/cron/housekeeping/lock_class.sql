-- First keys of the advisory locks that work databases hold, as cronmill.lock_class there has them.
-- Executed by: demand_now, hold_back, lock_strangers, overdue_slots.
create or replace function cronmill_cron.lock_class(kind text)
returns integer
language sql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select case lock_class.kind
        when 'slot' then 1668443500
        when 'query' then 1668443503
        when 'group' then 1668443504
        when 'deadline' then 1668443505
        when 'ring' then 1668443506
        when 'yield' then 1668443507
        when 'mark' then 1668443508
    end;
end;
comment on function cronmill_cron.lock_class(text)
    is 'First keys of advisory locks: slot, query, group, deadline, ring, yield, mark.';
revoke all on function cronmill_cron.lock_class(text) from public;

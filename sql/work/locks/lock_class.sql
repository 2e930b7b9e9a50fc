-- First keys of the advisory locks of work databases: of a slot at work (the second key is
-- slot.slot_id), of a query whose result is computed, of a group, of a deadline, of a ring, and of
-- the mark that slots share; and of those by which the housekeeper says in the cron database who is
-- to yield. Those of the command line are AdvisoryLock.swift's. "crml" as four bytes, and what
-- follows.
-- Executed by: many functions.
create or replace function cronmill.lock_class(kind text)
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
comment on function cronmill.lock_class(text)
    is 'First keys of advisory locks: slot, query, group, deadline, ring, yield, mark.';

-- How many tasks the next part of a batch has. A part costs about 0.4 ms whatever is in it, with
-- its share of locking again what 60 of them have left, and one that fails is half done in vain:
-- the sum of both is least for the square root of 2 * tasks from one failure to the next * cost of
-- a part / cost of a task. took is what a part of so many tasks took; of those seen so far so many
-- failed.
-- Executed by: try_parts; the processor's run-as role.
create or replace function cronmill.part_size(
    took interval, total integer, seen integer, failures bigint
)
returns integer
language sql immutable parallel safe security invoker
begin atomic
    select greatest(1, least(1000, sqrt(
        2 * part_size.seen / (part_size.failures + 1)::double precision
            * 0.0004 * part_size.total
            / greatest(0.000001, extract(epoch from part_size.took)::double precision)
    )))::integer;
end;
comment on function cronmill.part_size(interval, integer, integer, bigint)
    is 'How many tasks the next part of a batch has, by what one costs and how often one fails.';
revoke all on function cronmill.part_size(interval, integer, integer, bigint) from public;

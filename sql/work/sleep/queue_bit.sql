-- The bit of a queue in the sequence cronmill.asleep; two queues may share one.
-- Without a set clause, so that it becomes part of the statement that calls it.
-- Executed by: enqueue, enqueue_many, set_asleep, wake.
create or replace function cronmill.queue_bit(queue_id integer)
returns bigint
language sql immutable parallel safe security invoker
begin atomic
    select 1::bigint << (queue_bit.queue_id % 62);
end;
comment on function cronmill.queue_bit(integer)
    is 'The bit of a queue in the sequence cronmill.asleep.';
revoke all on function cronmill.queue_bit(integer) from public;

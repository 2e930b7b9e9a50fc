-- A queue by its name, and whether who logged in is named as its producer: inside a definer
-- function the current user is the owner. Without a set clause, so that it becomes part of the
-- statement that calls it.
-- Executed by: enqueue, producer_queue_id.
create or replace function cronmill.find_queue(queue text)
returns table (queue_id integer, is_named boolean)
language sql stable parallel safe security invoker
begin atomic
    select
        q.queue_id,
        exists (
            select
            from cronmill.grantee as g
            where g.queue_id = q.queue_id and g.role_name = session_user
        )
    from cronmill.queue as q
    where q.name = find_queue.queue;
end;
comment on function cronmill.find_queue(text)
    is 'A queue by its name, and whether who logged in is named as its producer.';
revoke all on function cronmill.find_queue(text) from public;

-- Dead tasks by what they died of, the most frequent SQLSTATE first, each with its messages as far
-- as their first 1000 characters tell.
-- $1 queue: of which queue, text; null for all.
-- $2 most: how many tasks are looked at, by number, integer.
-- $3 limit: at most how many rows, integer.
-- {{first}}: when the first of group g failed, as Row.time reads it.
-- {{last}}: when the last did.
-- Columns: queue, error_sqlstate, total (tasks of that), first_at, last_at, messages (how many it
-- has), error_message, alike (tasks of that), place (of the message, from 1 to 3), looked_at (how
-- many tasks were looked at), groups (how many SQLSTATEs there are).
select g.queue, g.error_sqlstate, g.total, g.messages, g.error_message, g.alike, g.place,
    g.looked_at, max(g.rank) over () as groups, {{first}}, {{last}}
from (
    select m.*, dense_rank() over (order by m.total desc, m.queue, m.error_sqlstate) as rank
    from (
        select q.name as queue, d.error_sqlstate, d.error_message, count(*) as alike,
            sum(count(*)) over code::bigint as total, count(*) over code as messages,
            min(min(d.failed_at)) over code as first_at, max(max(d.failed_at)) over code as last_at,
            row_number() over (code order by count(*) desc, d.error_message) as place,
            sum(count(*)) over ()::bigint as looked_at
        from cronmill.queue as q
        cross join lateral (
            select t.error_sqlstate, left(t.error_message, 1000) as error_message, t.failed_at
            from cronmill.dead_task as t
            where t.queue_id = q.queue_id
            order by t.task_id
            limit $2
        ) as d
        where $1::text is null or q.name = $1
        group by q.name, d.error_sqlstate, d.error_message
        window code as (partition by q.name, d.error_sqlstate)
    ) as m
) as g
where g.place <= 3
order by g.rank, g.place
limit $3

-- Dead tasks by what they died of, as far as the first 1000 characters of the message tell, the
-- most frequent first.
-- $1 queue: of which queue, text; null for all.
-- $2 most: how many tasks are looked at, by number, integer.
-- $3 limit: at most how many groups, integer.
-- {{first}}: when the first of group g failed, as Row.time reads it.
-- {{last}}: when the last did.
-- Columns: queue, error_sqlstate, error_message, total, first_at, last_at, looked_at (how many
-- tasks were looked at), groups (how many there are).
select g.queue, g.error_sqlstate, g.error_message, g.total, g.looked_at, g.groups, {{first}},
    {{last}}
from (
    select q.name as queue, d.error_sqlstate, d.error_message, count(*) as total,
        min(d.failed_at) as first_at, max(d.failed_at) as last_at,
        sum(count(*)) over ()::bigint as looked_at, count(*) over () as groups
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
    order by total desc, q.name, d.error_sqlstate, d.error_message
    limit $3
) as g

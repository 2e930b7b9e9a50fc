-- Tasks that wait, in the order in which they are taken: one priority after another, because an
-- index has no descending column between ascending ones.
-- $1 limit: at most how many, integer.
-- $2 queue: of which queue, text; null for all.
-- {{columns}}: what is told of task t and queue q.
-- {{condition}}: which of them, of task t.
-- Columns: those.
select {{columns}}
from cronmill.queue as q
cross join generate_series(9, 0, -1) as n (priority)
cross join lateral (
    select t.* from cronmill.task as t
    where t.queue_id = q.queue_id and t.priority = n.priority and {{condition}}
    order by t.run_at, t.task_id limit $1
) as t
where $2::text is null or q.name = $2
order by q.name, t.priority desc, t.run_at, t.task_id
limit $1

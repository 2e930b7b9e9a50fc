-- Tasks in a state, queue by queue, as `cronmill tasks` has them, from a position on. Each queue,
-- and of those that wait each priority, is read by the index that has its order.
-- $1 queue: of which queue, text; null for all.
-- $2 after_queue: the position's queue, text; null for the beginning.
-- $3 after_level: the position's priority, integer; 0 for tasks that do not wait.
-- $4 most: at most how many, integer.
-- {{waits}}: whether they wait, a boolean: then by priority.
-- {{columns}}: of table t.
-- {{place}}: the table.
-- {{condition}}: of table t.
-- {{beyond}}: a condition of table t that, where w.is_there, only what is beyond the position fits.
-- {{order}}: of table t, within a queue and priority.
-- {{key}}: the part of the position that is a time, of table t, as text.
-- Columns: walked (1 for the first), queue_name, level, key, and those of the table.
select row_number() over () as walked, t.*
from (
    select w.name as queue_name, w.level, t.*
    from (
        select q.queue_id, q.name, l.level,
            coalesce(q.name = $2 and l.level = $3, false) as is_there
        from cronmill.queue as q
        cross join generate_series(case when {{waits}} then 9 else 0 end, 0, -1) as l (level)
        where ($1::text is null or q.name = $1)
            and ($2::text is null or (q.name, -l.level) >= ($2, -$3::integer))
        order by q.name, l.level desc
    ) as w
    cross join lateral (
        select {{key}} as key, {{columns}}
        from {{place}} as t
        where t.queue_id = w.queue_id and (not {{waits}} or t.priority = w.level)
            and {{beyond}} and {{condition}}
        order by {{order}}
        limit $4
    ) as t
    limit $4
) as t

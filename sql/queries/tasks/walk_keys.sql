-- Tasks that wait and have a key, by number, from a position on.
-- $1 queue: of which queue, text; null for all.
-- $2 after_id: beyond this number, bigint.
-- $3 most: at most how many, integer.
-- {{columns}}: of table t.
-- {{condition}}: the key of table t, as an index has it.
-- Columns: walked (1 for the first), queue_name, level, key, and those of the table.
select row_number() over () as walked, t.*
from (
    select q.name as queue_name, 0 as level, null::text as key, t.*
    from (
        select {{columns}}
        from cronmill.task as t
        where t.queue_id = any (array(
                select q.queue_id from cronmill.queue as q where $1::text is null or q.name = $1
            ))
            and t.task_id > $2 and {{condition}}
        order by t.task_id
        limit $3
    ) as t
    join cronmill.queue as q on q.queue_id = t.queue_id
    order by t.task_id
) as t

-- The number of dead tasks that fit a filter: one row.
-- $1 queues: of which queues, text[]; null for all.
-- $2 ids: which, bigint[]; null for all.
-- $3 error_text: what their message contains, text; null for all.
-- $4 sql_state: with which they failed, text; null for all.
-- $5 at_most: up to where they are counted, integer.
-- {{condition}}: of what else, of task d.
-- Columns: total.
select count(*) as total
from (
    select 1
    from cronmill.dead_task as d
    where (
            $1::text[] is null
            or d.queue_id in (select q.queue_id from cronmill.queue as q where q.name = any ($1))
        )
        and ($2::bigint[] is null or d.task_id = any ($2))
        and ($3::text is null or strpos(d.error_message, $3) > 0)
        and ($4::text is null or d.error_sqlstate = $4)
        and {{condition}}
    limit $5
) as counted

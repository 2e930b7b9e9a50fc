-- The numbers of tasks that a purge would delete: one row.
-- $1 dead_age: for how long they are dead, interval.
-- $2 at_most: up to where they are counted, integer.
-- $3 done_age: for how long they are done, interval.
-- $4 queues: of which queues, text[]; null for all.
-- $5 ids: which dead ones, bigint[]; null for all.
-- {{condition}}: of what else, of task d.
-- Columns: dead, done.
select
    (
        select count(*)
        from (
            select 1
            from cronmill.dead_task as d
            where d.queue_id = any (w.queue_ids)
                and d.failed_at < clock_timestamp() - $1::interval
                and ($5::bigint[] is null or d.task_id = any ($5))
                and {{condition}}
            limit $2
        ) as counted
    ) as dead,
    (
        select count(*)
        from (
            select 1
            from cronmill.done_task as d
            where d.queue_id = any (w.queue_ids)
                and d.finished_at < clock_timestamp() - $3::interval
                and {{condition}}
            limit $2
        ) as counted
    ) as done
from (
    select array(
        select q.queue_id from cronmill.queue as q
        where $4::text[] is null or q.name = any ($4)
    ) as queue_ids
) as w

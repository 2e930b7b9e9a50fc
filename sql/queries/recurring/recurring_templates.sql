-- The recurring templates of a work database, by name.
-- $1 name: one of them, text; null for all.
-- {{template}}: the template as text, or null for who may not see it.
-- {{next_at}}: the columns of next_at.
-- {{last_at}}: the columns of last_at.
-- Columns: name, queue, schedule, zone, enabled, catch_up, catch_up_within, overlap, defined_by,
-- last_task_id, last_graph_id, error, is_late, template, next_at, last_at.
select
    r.name, q.name as queue, r.schedule, r.zone, r.enabled, r.catch_up,
    extract(epoch from r.catch_up_within)::double precision as catch_up_within, r.overlap,
    r.defined_by, r.last_task_id, r.last_graph_id, r.error,
    coalesce(r.next_at < statement_timestamp() - interval '2 minutes', false) as is_late,
    {{template}} as template, {{next_at}}, {{last_at}}
from cronmill.recurring as r
join cronmill.queue as q on q.queue_id = r.queue_id
where $1::text is null or r.name = $1
order by r.name collate "C"

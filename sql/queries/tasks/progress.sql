-- How far a call of `process` has come: one row.
-- $1 pid: its backend, integer.
-- $2 processor: the processor, text.
-- Columns: ready (tasks), done, failed.
select s.ready, coalesce(r.done, 0) as done, coalesce(r.failed, 0) as failed
from cronmill.processor_status as s
left join lateral (
    select r.done, r.failed
    from cronmill.run as r
    join cronmill.slot as o on o.slot_id = r.slot_id
    where o.processor_id = s.processor_id and o.slot = 0 and r.pid = $1
    order by r.run_id desc
    limit 1
) as r on true
where s.name = $2

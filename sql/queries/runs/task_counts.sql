-- How many tasks were done, failed and died in runs of the history. A run is told by its backend
-- and its start, which the work database notes when the slot's lock is held: that may take
-- seconds.
-- $1 runids: the runs, bigint[].
-- $2 processors: their processors, text[].
-- $3 slots: their slots, integer[].
-- $4 pids: their backends, integer[].
-- $5 starts: seconds since 1970, double precision[].
-- Columns: runid, done, failed, dead.
select k.runid, r.done, r.failed, r.dead
from unnest(
    $1::bigint[], $2::text[], $3::integer[],
    $4::integer[], $5::double precision[]
) as k (runid, processor, slot, pid, started)
join cronmill.processor as p on p.name = k.processor
join cronmill.slot as s on s.processor_id = p.processor_id and s.slot = k.slot
cross join lateral (
    select r.done, r.failed, r.dead
    from cronmill.run as r
    where r.slot_id = s.slot_id and r.pid = k.pid
        and r.started_at >= to_timestamp(k.started) - interval '1 second'
        and r.started_at < to_timestamp(k.started) + interval '1 minute'
    order by r.started_at
    limit 1
) as r

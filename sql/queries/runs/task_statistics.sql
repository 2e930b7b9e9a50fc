-- What processors did in a window of time, and in the one before it.
-- $1 by_slot: whether each slot is told, boolean.
-- $2 length: of the window, interval.
-- $3 parts: in how many parts the course of tasks is told, integer.
-- $4 processors: which, text[]; null for all.
-- {{since}}: the window's beginning, a time.
-- {{before}}: the beginning of the window before it, a time.
-- {{until}}: its end, a time.
-- Columns: processor, slot, slots, done, failed, dead, lost_runs, reaches_back (whether the
-- counters do, to the window before), done_before, failed_before, dead_before, course, waited,
-- worked.
with run as materialized (
    select p.name as processor, case when $1 then s.slot end as slot,
        nullif(s.slot, 0) as job_slot, r.started_at >= {{since}} as is_now,
        r.started_at < {{before}} as is_older, r.done, r.failed, r.dead, r.waited, r.worked,
        -- Its slot has begun another one, and it has no end.
        r.ended_at is null
            and exists (
                select from cronmill.run as l where l.slot_id = r.slot_id and l.run_id > r.run_id
            ) as is_lost,
        least(floor(extract(epoch from r.started_at - {{since}})
            / extract(epoch from $2::interval) * $3), $3 - 1) as part
    from cronmill.processor as p
    join cronmill.slot as s on s.processor_id = p.processor_id
    join cronmill.run as r on r.slot_id = s.slot_id
    where ($4::text[] is null or p.name = any ($4::text[]))
        and (
            r.started_at between {{before}} and {{until}}
            -- One older run tells that the counters reach back.
            or r.run_id = (select min(o.run_id) from cronmill.run as o where o.slot_id = s.slot_id)
        )
),
histogram as (
    select r.processor, r.slot, h.is_waited, h.place, sum(h.tasks) as tasks
    from run as r
    cross join lateral (
        select true, w.place, w.tasks from unnest(r.waited) with ordinality as w (tasks, place)
        union all
        select false, w.place, w.tasks from unnest(r.worked) with ordinality as w (tasks, place)
    ) as h (is_waited, place, tasks)
    where r.is_now
    group by 1, 2, 3, 4
),
course as (
    select r.processor, r.slot, r.part, sum(r.done) as done
    from run as r
    where r.is_now
    group by 1, 2, 3
)
select r.processor, r.slot, count(distinct r.job_slot) as slots,
    sum(r.done) filter (where r.is_now)::bigint as done,
    sum(r.failed) filter (where r.is_now)::bigint as failed,
    sum(r.dead) filter (where r.is_now)::bigint as dead,
    count(*) filter (where r.is_now and r.is_lost) as lost_runs,
    bool_or(r.is_older) as reaches_back,
    coalesce(sum(r.done) filter (where not r.is_now and not r.is_older), 0)::bigint as done_before,
    coalesce(sum(r.failed) filter (where not r.is_now and not r.is_older), 0)::bigint
        as failed_before,
    coalesce(sum(r.dead) filter (where not r.is_now and not r.is_older), 0)::bigint as dead_before,
    array(
        select coalesce(c.done, 0)::bigint
        from generate_series(0, $3 - 1) as n (part)
        left join course as c
            on (c.processor, c.part) = (r.processor, n.part) and c.slot is not distinct from r.slot
        order by n.part
    ) as course,
    array(
        select coalesce(h.tasks, 0)::bigint
        from generate_series(1, 40) as n (place)
        left join histogram as h
            on (h.processor, h.place) = (r.processor, n.place)
            and h.slot is not distinct from r.slot and h.is_waited
        order by n.place
    ) as waited,
    array(
        select coalesce(h.tasks, 0)::bigint
        from generate_series(1, 40) as n (place)
        left join histogram as h
            on (h.processor, h.place) = (r.processor, n.place)
            and h.slot is not distinct from r.slot and not h.is_waited
        order by n.place
    ) as worked
from run as r
group by r.processor, r.slot
having bool_or(r.is_now) or bool_or(not r.is_older)

-- What there is to say about each processor in this database, at this moment. Counts stop at 100,001;
-- running is told by the slots' advisory locks, which everybody may see. Executed by: monitors.
create or replace view cronmill.processor_status as
select
    p.processor_id,
    p.name,
    q.name as queue,
    p.handler,
    p.run_as,
    p.enabled,
    p.paused,
    p.slots,
    p.schedule,
    p.linger,
    p.timeout,
    p.max_attempts,
    tasks.ready,
    tasks.scheduled,
    tasks.retrying,
    dead.total as dead,
    extract(epoch from clock_timestamp() - tasks.oldest_ready_at)::double precision as oldest_ready_seconds,
    slots.running
from cronmill.processor as p
join cronmill.queue as q on q.queue_id = p.queue_id
cross join lateral (
    select
        least(sum(level.ready), 100001)::bigint as ready,
        least(sum(level.scheduled), 100001)::bigint as scheduled,
        least(sum(level.retrying), 100001)::bigint as retrying,
        min(level.oldest_ready_at) as oldest_ready_at
    from generate_series(0, 9) as n (priority)
    cross join lateral (
        select
            (
                select count(*)
                from (
                    select 1 from cronmill.task as t
                    where t.queue_id = p.queue_id and t.priority = n.priority and t.run_at <= statement_timestamp()
                    limit 100001
                ) as counted
            ) as ready,
            (
                select count(*)
                from (
                    select 1 from cronmill.task as t
                    where t.queue_id = p.queue_id and t.priority = n.priority and t.run_at > statement_timestamp()
                    limit 100001
                ) as counted
            ) as scheduled,
            (
                select count(*) filter (where counted.attempts > 0)
                from (
                    select t.attempts from cronmill.task as t
                    where t.queue_id = p.queue_id and t.priority = n.priority and t.run_at > statement_timestamp()
                    limit 100001
                ) as counted
            ) as retrying,
            (
                -- -infinity is a time to run at, and has no age.
                select case when isfinite(t.run_at) then t.run_at else t.enqueued_at end
                from cronmill.task as t
                where t.queue_id = p.queue_id and t.priority = n.priority and t.run_at <= statement_timestamp()
                order by t.run_at
                limit 1
            ) as oldest_ready_at
    ) as level
) as tasks
cross join lateral (
    select count(*) as total
    from (select 1 from cronmill.dead_task as d where d.queue_id = p.queue_id limit 100001) as counted
) as dead
cross join lateral (
    select count(*) as running
    from cronmill.slot as s
    join pg_catalog.pg_locks as l
        on l.locktype = 'advisory'
        and l.database = (select d.oid from pg_catalog.pg_database as d where d.datname = pg_catalog.current_database())
        and l.classid = cronmill.slot_lock_class()::oid
        and l.objid = s.slot_id::oid
        and l.objsubid = 2
        and l.granted
    where s.processor_id = p.processor_id
) as slots;
comment on view cronmill.processor_status is 'One row per processor: settings, task counts (they stop at 100,001), age of the oldest ready task, slots at work.';

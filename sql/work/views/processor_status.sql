-- What there is to say about each processor in this database, at this moment. Counts stop at
-- 100,001; running is told by the slots' advisory locks, waiting (of those running) by the lock
-- that a slot's transaction has while there are tasks in hand (hold_deadline). Everybody may see
-- both. Reports ask it once in each of hundreds of databases, of which most have nothing to do:
-- what is needed only where there are tasks or failures is in functions, which are planned when
-- they are called. Executed by: monitors.
create or replace view cronmill.processor_status as
with backend as materialized (
    -- What pg_locks and pg_stat_activity would be joined with costs more than all of the rest in a
    -- new session. Anybody may take such a lock, but only the run-as role does by it what it is
    -- for.
    select
        h.objid as slot_id, h.role_name,
        not bool_or(h.is_deadline) over (partition by h.pid) as waits, h.is_deadline
    from (
        select distinct
            l.pid, l.objid, pg_catalog.pg_get_userbyid(a.usesysid)::text as role_name,
            l.classid = cronmill.lock_class('deadline')::oid as is_deadline
        from pg_catalog.pg_lock_status() as l
        join pg_catalog.pg_stat_get_activity(null) as a on a.pid = l.pid
        where l.locktype = 'advisory'
            and l.database = (
                select d.oid
                from pg_catalog.pg_database as d
                where d.datname = pg_catalog.current_database()
            )
            and l.classid in (
                cronmill.lock_class('slot')::oid, cronmill.lock_class('deadline')::oid
            )
            and l.objsubid = 2
            and l.granted
    ) as h
)
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
    coalesce(tasks.ready, 0) as ready,
    coalesce(tasks.scheduled, 0) as scheduled,
    coalesce(tasks.retrying, 0) as retrying,
    coalesce(dead.total, 0) as dead,
    extract(epoch from clock_timestamp() - tasks.oldest_ready_at)::double precision
        as oldest_ready_seconds,
    slots.running,
    slots.waiting,
    tasks.oldest_ready_at,
    slots.quiet_since,
    work.done_last_hour,
    work.failed_last_hour,
    work.alone_last_hour,
    work.attempts_of_late,
    work.failed_of_late,
    failure.failed_at as last_failed_at,
    failure.error_message as last_error,
    pg_catalog.pg_stat_get_dead_tuples('cronmill.task'::regclass) as dead_rows,
    p.paused_for,
    p.alone,
    (cronmill.handler_fault(p.processor_id)).message as handler_fault,
    -- Once for all.
    (select cronmill.copy_difference()) as copy_difference,
    -- Of hundreds of databases most have none, and a function costs its planning.
    case
        when exists (select from cronmill.recurring as r where r.queue_id = p.queue_id)
            then cronmill.unfired_template(p.processor_id)
    end as recurring_fault,
    case when dead.total > 0 then cronmill.held_nodes(p.queue_id) else 0 end as held
from cronmill.processor as p
join cronmill.queue as q on q.queue_id = p.queue_id
left join lateral (
    select w.ready, w.scheduled, w.retrying, w.oldest_ready_at
    from cronmill.waiting_tasks(p.queue_id) as w
    -- In the order of an index: else, as by exists(), all tasks of other queues could be read.
    where (
        select true from cronmill.task as t where t.queue_id = p.queue_id
        order by t.priority limit 1
    )
    -- Without it the function is called first, and the condition looked at then.
    offset 0
) as tasks on true
left join lateral (
    select cronmill.dead_tasks(p.queue_id) as total
    where (
        select true from cronmill.dead_task as d where d.queue_id = p.queue_id
        order by d.task_id limit 1
    )
    offset 0
) as dead on true
cross join lateral (
    select
        count(*) filter (where b.slot_id is not null) as running,
        count(*) filter (where b.waits) as waiting,
        -- Of the slots that do not run, the one that has not for longest.
        min(coalesce(greatest(s.started_at, s.ended_at), '-infinity'))
            filter (where b.slot_id is null and n.slot is not null) as quiet_since
    from generate_series(1, p.slots) as n (slot)
    -- A slot that is no longer wanted, or that of process, may run.
    full join (
        select o.slot_id, o.slot, o.started_at, o.ended_at
        from cronmill.slot as o
        where o.processor_id = p.processor_id
    ) as s on s.slot = n.slot
    left join backend as b
        on b.slot_id = s.slot_id::oid and b.role_name = p.run_as and not b.is_deadline
) as slots
cross join lateral (
    -- Runs within the last hour, and the one of each slot that began before it.
    select
        coalesce(sum(r.done), 0)::bigint as done_last_hour,
        coalesce(sum(r.failed), 0)::bigint as failed_last_hour,
        coalesce(sum(r.alone), 0)::bigint as alone_last_hour,
        coalesce(sum(r.done + r.failed) filter (where r.of_late), 0)::bigint as attempts_of_late,
        coalesce(sum(r.failed) filter (where r.of_late), 0)::bigint as failed_of_late
    from (
        select o.done, o.failed, o.alone,
            coalesce(o.ended_at, clock_timestamp()) > clock_timestamp() - interval '15 minutes'
                as of_late
        from cronmill.slot as s
        join cronmill.run as o
            on o.slot_id = s.slot_id
            and o.started_at >= least(
                clock_timestamp() - interval '1 hour',
                (
                    select max(e.started_at) from cronmill.run as e
                    where e.slot_id = s.slot_id
                        and e.started_at < clock_timestamp() - interval '1 hour'
                )
            )
        where s.processor_id = p.processor_id
            and coalesce(o.ended_at, clock_timestamp()) > clock_timestamp() - interval '1 hour'
    ) as r
) as work
left join lateral (
    select f.failed_at, f.error_message
    from cronmill.last_failure(p.queue_id) as f
    where work.failed_last_hour > 0
    offset 0
) as failure on true;
comment on view cronmill.processor_status
    is 'One row per processor: settings, task counts (they stop at 100,001), '
        'age of the oldest ready task, slots at work, '
        'work of the last hour and of the last quarter of one (of late).';

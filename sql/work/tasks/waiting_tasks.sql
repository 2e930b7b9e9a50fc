-- How many tasks of a queue are ready, scheduled and, of these, retrying, and since when the oldest
-- has been ready. Counts stop at 100,001, of all priorities together: no more entries of the index
-- are read than that, and of what is scheduled as many rows, for attempts are in no index. What the
-- planner knows of a queue is old at once, so the plan is forced.
-- Executed by: processor_status; monitors, through processor_status.
create or replace function cronmill.waiting_tasks(
    queue_id integer, out ready bigint, out scheduled bigint, out retrying bigint,
    out oldest_ready_at timestamptz
)
returns record
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
begin atomic
    select ready.total, later.total, later.retrying, oldest.ready_at
    from (
        select count(*) as total
        from (
            select 1
            from generate_series(0, 9) as n (priority)
            cross join lateral (
                select 1 from cronmill.task as t
                where t.queue_id = waiting_tasks.queue_id
                    and t.priority = n.priority
                    and t.run_at <= statement_timestamp()
                limit 100001
            ) as found
            limit 100001
        ) as counted
    ) as ready
    cross join (
        select count(*) as total, count(*) filter (where counted.attempts > 0) as retrying
        from (
            select found.attempts
            from generate_series(0, 9) as n (priority)
            cross join lateral (
                select t.attempts from cronmill.task as t
                where t.queue_id = waiting_tasks.queue_id
                    and t.priority = n.priority
                    and t.run_at > statement_timestamp()
                limit 100001
            ) as found
            limit 100001
        ) as counted
    ) as later
    cross join (
        select min(found.ready_at) as ready_at
        from generate_series(0, 9) as n (priority)
        cross join lateral (
            -- -infinity is a time to run at, and has no age.
            select case when isfinite(t.run_at) then t.run_at else t.enqueued_at end as ready_at
            from cronmill.task as t
            where t.queue_id = waiting_tasks.queue_id
                and t.priority = n.priority
                and t.run_at <= statement_timestamp()
            order by t.run_at
            limit 1
        ) as found
    ) as oldest;
end;
comment on function cronmill.waiting_tasks(integer)
    is 'How many tasks of a queue wait, and since when the oldest has been ready.';
revoke all on function cronmill.waiting_tasks(integer) from public;

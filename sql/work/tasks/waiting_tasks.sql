-- How many tasks of a queue are ready, scheduled and, of these, retrying, and since when the oldest
-- has been ready. Counts stop at 100,001.
-- Executed by: processor_status; monitors, through processor_status.
create or replace function cronmill.waiting_tasks(
    queue_id integer, out ready bigint, out scheduled bigint, out retrying bigint,
    out oldest_ready_at timestamptz
)
returns record
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
set jit = off
begin atomic
    select
        least(sum(ready.total), 100001)::bigint,
        least(sum(later.total), 100001)::bigint,
        least(sum(later.retrying), 100001)::bigint,
        min(oldest.ready_at)
    from generate_series(0, 9) as n (priority)
    cross join lateral (
        select count(*) as total
        from (
            select 1 from cronmill.task as t
            where t.queue_id = waiting_tasks.queue_id
                and t.priority = n.priority
                and t.run_at <= statement_timestamp()
            limit 100001
        ) as counted
    ) as ready
    cross join lateral (
        select count(*) as total, count(*) filter (where counted.attempts > 0) as retrying
        from (
            select t.attempts from cronmill.task as t
            where t.queue_id = waiting_tasks.queue_id
                and t.priority = n.priority
                and t.run_at > statement_timestamp()
            limit 100001
        ) as counted
    ) as later
    left join lateral (
        -- -infinity is a time to run at, and has no age.
        select case when isfinite(t.run_at) then t.run_at else t.enqueued_at end as ready_at
        from cronmill.task as t
        where t.queue_id = waiting_tasks.queue_id
            and t.priority = n.priority
            and t.run_at <= statement_timestamp()
        order by t.run_at
        limit 1
    ) as oldest on true;
end;
comment on function cronmill.waiting_tasks(integer)
    is 'How many tasks of a queue wait, and since when the oldest has been ready.';
revoke all on function cronmill.waiting_tasks(integer) from public;

-- When an attempt of a queue's tasks last failed, and with what message: the newest of those that
-- are found without looking at all tasks.
-- Executed by: processor_status; monitors, through processor_status.
create or replace function cronmill.last_failure(
    queue_id integer, out failed_at timestamptz, out error_message text
)
returns record
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
set jit = off
begin atomic
    select f.failed_at, f.error_message
    from (
        (
            select d.failed_at, d.error_message
            from cronmill.dead_task as d
            where d.queue_id = last_failure.queue_id
            order by d.task_id desc
            limit 100
        )
        union all
        (
            -- A retry comes some time after the failure: among the last that are ready, or the
            -- first that are not.
            select t.failed_at, t.error_message
            from generate_series(0, 9) as n (priority)
            cross join lateral (
                (
                    select o.failed_at, o.error_message
                    from cronmill.task as o
                    where o.queue_id = last_failure.queue_id and o.priority = n.priority
                        and o.run_at <= statement_timestamp()
                    order by o.run_at desc
                    limit 100
                )
                union all
                (
                    select o.failed_at, o.error_message
                    from cronmill.task as o
                    where o.queue_id = last_failure.queue_id and o.priority = n.priority
                        and o.run_at > statement_timestamp()
                    order by o.run_at
                    limit 100
                )
            ) as t
            where t.failed_at is not null
        )
    ) as f
    order by f.failed_at desc
    limit 1;
end;
comment on function cronmill.last_failure(integer)
    is 'When an attempt of a queue''s tasks last failed, and with what message.';
revoke all on function cronmill.last_failure(integer) from public;

-- How many dead tasks a queue has, 100,001 for more. Of an index no more is read than that: a plan
-- that begins with a bitmap, which the planner likes where it knows nothing of the table, would
-- read all of it.
-- Executed by: processor_status; monitors, through processor_status.
create or replace function cronmill.dead_tasks(queue_id integer)
returns bigint
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
begin atomic
    select count(*)
    from (
        select 1 from cronmill.dead_task as d where d.queue_id = dead_tasks.queue_id limit 100001
    ) as counted;
end;
comment on function cronmill.dead_tasks(integer) is 'How many dead tasks a queue has.';
revoke all on function cronmill.dead_tasks(integer) from public;

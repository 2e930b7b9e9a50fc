-- Moves a task to the dead ones with the error of its last attempt; the caller settles that of a
-- graph. Changes cronmill.task, cronmill.dead_task and cronmill.node.
-- Executed by: begin_attempt, fail, finish.
create or replace function cronmill.bury(
    task_id bigint,
    place tid,
    attempts integer,
    error_sqlstate text,
    error_message text,
    error_detail text,
    error_hint text,
    error_context text
)
returns void
language sql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    with buried as (
        delete from cronmill.task as t
        where t.ctid = bury.place and t.task_id = bury.task_id
        returning t.*
    ),
    noted as (
        update cronmill.node as n
        set state = 'dead', is_settled = false, ended_at = clock_timestamp()
        from buried as b
        where n.task_id = b.task_id and b.graph_id is not null
    )
    insert into cronmill.dead_task (
        task_id, queue_id, priority, attempts, run_at, enqueued_at, payload,
        unique_key, group_key, timeout, max_attempts,
        failed_at, error_sqlstate, error_message, error_detail, error_hint, error_context, tags,
        graph_id
    )
    select
        b.task_id, b.queue_id, b.priority, bury.attempts, b.run_at, b.enqueued_at, b.payload,
        b.unique_key, b.group_key, b.timeout, b.max_attempts,
        clock_timestamp(), bury.error_sqlstate, bury.error_message,
        nullif(bury.error_detail, ''), nullif(bury.error_hint, ''), nullif(bury.error_context, ''),
        b.tags, b.graph_id
    from buried as b;
end;
comment on function cronmill.bury(bigint, tid, integer, text, text, text, text, text)
    is 'Moves a task to the dead ones.';
revoke all on function cronmill.bury(bigint, tid, integer, text, text, text, text, text)
    from public;

-- What find_tasks selects of table t for tasks in a state: the same columns of each of the three
-- tables. Without the right to read payloads, what can quote them is null.
-- Executed by: task_search, task_walk; monitors, when they search.
create or replace function cronmill.task_columns(state text, sees_payloads boolean)
returns text
language sql stable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select concat_ws(
        ', ',
        't.task_id, t.queue_id, t.priority, t.attempts, t.run_at, t.enqueued_at, t.tags',
        case when task_columns.state = 'done' then 't.finished_at'
            else 'null::timestamptz as finished_at' end,
        case when task_columns.state in ('dead', 'done') then 'null::timestamptz as began_at'
            else 't.began_at' end,
        case when task_columns.state = 'done'
            then 'null::interval as timeout, null::smallint as max_attempts, '
                'null::timestamptz as failed_at, null as error_sqlstate, null as error_message'
            else 't.timeout, t.max_attempts, t.failed_at, t.error_sqlstate, t.error_message' end,
        case when task_columns.sees_payloads then 't.payload, t.unique_key, t.group_key'
            else 'null::jsonb as payload, null as unique_key, null as group_key' end,
        case when task_columns.sees_payloads and task_columns.state <> 'done'
            then 't.error_detail, t.error_hint, t.error_context'
            else 'null as error_detail, null as error_hint, null as error_context' end
    );
end;
comment on function cronmill.task_columns(text, boolean)
    is 'What is selected of a table of tasks in a state.';
revoke all on function cronmill.task_columns(text, boolean) from public;

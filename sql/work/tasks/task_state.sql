-- The table of tasks in a state, and the condition of its table t that tells it from others there.
-- Executed by: task_search, task_walk; monitors, when they search.
create or replace function cronmill.task_state(state text, out place text, out condition text)
returns record
language sql stable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select
        case task_state.state when 'dead' then 'cronmill.dead_task'
            when 'done' then 'cronmill.done_task' else 'cronmill.task' end,
        case task_state.state when 'ready' then 't.run_at <= statement_timestamp()'
            when 'scheduled' then 't.run_at > statement_timestamp() and t.attempts = 0'
            when 'retrying' then 't.run_at > statement_timestamp() and t.attempts > 0'
            else 'true' end;
end;
comment on function cronmill.task_state(text) is 'Table and condition of tasks in a state.';
revoke all on function cronmill.task_state(text) from public;

-- A query for the first tasks in a state, at most $10, in the order of an index: of each queue
-- ($12) at each level ($2, the priority of those that wait), one after another; or, of the queues
-- $1, by number, those beyond $8.
-- Executed by: find_tasks; monitors, through it.
create or replace function cronmill.task_walk(
    state text, sees_payloads boolean, by_number boolean, queue_id integer
)
returns text
language sql stable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select case
        when task_walk.by_number then format(
            'select %s from %s as t where %s and t.task_id > $8 and %s '
                'order by t.task_id limit $10',
            cronmill.task_columns(task_walk.state, task_walk.sees_payloads), s.place,
            case when task_walk.queue_id is null then 't.queue_id = any ($1)'
                else format('t.queue_id = %s', task_walk.queue_id) end,
            s.condition)
        else format(
            'select t.* from unnest($12, $2) as w (queue_id, level) cross join lateral '
                '(select %s from %s as t where t.queue_id = w.queue_id%s '
                'and %s order by %s limit $10) as t limit $10',
            cronmill.task_columns(task_walk.state, task_walk.sees_payloads), s.place,
            case when s.place = 'cronmill.task' then ' and t.priority = w.level' else '' end,
            s.condition,
            case task_walk.state when 'dead' then 't.task_id'
                when 'done' then 't.finished_at desc, t.task_id desc'
                else 't.run_at, t.task_id' end)
        end
    from cronmill.task_state(task_walk.state) as s;
end;
comment on function cronmill.task_walk(text, boolean, boolean, integer)
    is 'A query for the first tasks in a state, in the order of an index.';
revoke all on function cronmill.task_walk(text, boolean, boolean, integer) from public;

-- A query for all tasks in a state that have tags whose hashes are $6, one whose hash is among $7,
-- or a payload that contains $5. Not by queue_id itself, nor are the indexes of payloads: no index
-- of the queue shall come between.
-- Executed by: find_tasks; monitors, through it.
create or replace function cronmill.task_search(
    state text, sees_payloads boolean, has_all boolean, has_any boolean, has_payload boolean,
    by_number boolean, queue_id integer
)
returns text
language sql stable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select format(
        'select %s from %s as t where %s',
        cronmill.task_columns(task_search.state, task_search.sees_payloads), s.place,
        concat_ws(
            ' and ',
            s.condition,
            case when task_search.queue_id is null then 't.queue_id + 0 = any ($1)'
                else format('t.queue_id + 0 = %s', task_search.queue_id) end,
            case when task_search.by_number then 't.task_id > $8' end,
            case when task_search.has_all then 'cronmill.tag_keys(t.tags) @> $6' end,
            case when task_search.has_any then 'cronmill.tag_keys(t.tags) && $7' end,
            case when task_search.has_payload then 't.payload @> $5' end,
            case when task_search.has_all or task_search.has_any then 't.tags is not null' end
        ))
    from cronmill.task_state(task_search.state) as s;
end;
comment on function cronmill.task_search(
    text, boolean, boolean, boolean, boolean, boolean, integer)
    is 'A query for all tasks in a state that an index of tags or payloads leads to.';
revoke all on function cronmill.task_search(
    text, boolean, boolean, boolean, boolean, boolean, integer) from public;

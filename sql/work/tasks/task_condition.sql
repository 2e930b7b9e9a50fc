-- Conditions of table t for a search, with what find_tasks passes on as $3, $4, $5 and $13: all of
-- some tags, one of others, what the payload contains, and the SQLSTATE of the last failure.
-- Executed by: find_tasks; monitors, through it.
create or replace function cronmill.task_condition(
    first text, has_all boolean, has_any boolean, has_payload boolean,
    has_sqlstate boolean
)
returns text
language sql stable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select concat_ws(
        ' and ',
        task_condition.first,
        case when task_condition.has_all then 't.tags @> $3' end,
        case when task_condition.has_any then 't.tags && $4' end,
        case when task_condition.has_payload then 't.payload @> $5' end,
        case when task_condition.has_sqlstate then 't.error_sqlstate = $13' end
    );
end;
comment on function cronmill.task_condition(text, boolean, boolean, boolean, boolean)
    is 'Conditions of a search for tasks.';
revoke all on function cronmill.task_condition(text, boolean, boolean, boolean, boolean)
    from public;

-- The take-overs of a database, in their order.
-- Columns: table_name, queue, id_column, payload_column, priority_column, run_at_column,
-- created_column, attempts_column, key_columns, condition_columns, condition_values,
-- ignored_columns, config_table, config_database, config_name, was_enabled, is_finished,
-- table_exists, processor, is_forwarded (whether the trigger is there).
select
    a.table_name, q.name as queue, a.id_column, a.payload_column, a.priority_column,
    a.run_at_column, a.created_column, a.attempts_column, a.key_columns, a.condition_columns,
    a.condition_values, a.ignored_columns, a.config_table, a.config_database, a.config_name,
    a.was_enabled, a.finished_at is not null as is_finished,
    to_regclass(a.table_name) is not null as table_exists,
    p.name as processor,
    exists (
        select
        from pg_catalog.pg_trigger as t
        join pg_catalog.pg_proc as f on f.oid = t.tgfoid
        where t.tgrelid = to_regclass(a.table_name) and t.tgenabled in ('O', 'A')
            and f.pronamespace = 'cronmill_processor'::regnamespace and f.proname = a.forwarder
    ) as is_forwarded
from cronmill.adoption as a
join cronmill.queue as q on q.queue_id = a.queue_id
left join cronmill.processor as p on p.queue_id = q.queue_id
order by a.adoption_id

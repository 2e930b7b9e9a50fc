-- Notes that a table is taken over; what is noted of it already stays as it is.
-- $1 table_name: its quoted name, text.
-- $2 queue: the queue, text.
-- $3 forwarder: the trigger's function, text.
-- $4 id: a column, text, as those that follow.
-- $5 payload: null where it is the row.
-- $6 priority: or null.
-- $7 run_at: or null.
-- $8 created: or null.
-- $9 attempts: or null.
-- $10 keys: columns, text[].
-- $11 condition_columns: columns, text[].
-- $12 condition_values: their values, text[].
-- $13 ignored: columns, text[].
-- $14 config_table: PartitionCache's settings, text, or null.
-- $15 config_database: their database, text, or null.
-- $16 config_name: their row, text, or null.
-- $17 was_enabled: whether that was, boolean, or null.
insert into cronmill.adoption (
    table_name, queue_id, forwarder, id_column, payload_column, priority_column, run_at_column,
    created_column, attempts_column, key_columns, condition_columns, condition_values,
    ignored_columns, config_table, config_database, config_name, was_enabled
)
values (
    $1, cronmill.queue_id($2), $3, $4, $5, $6, $7, $8,
    $9, $10, $11, $12, $13,
    $14, $15, $16, $17
)
on conflict (table_name) do nothing

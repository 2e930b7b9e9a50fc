-- Tables of queues made by hand that are taken over (cronmill migrate takeover): how their rows
-- become tasks, and back.
create table cronmill.adoption (
    adoption_id integer generated always as identity,
    table_name text collate "C" not null,
    queue_id integer not null,
    forwarder text not null,
    id_column text not null,
    payload_column text,
    priority_column text,
    run_at_column text,
    created_column text,
    attempts_column text,
    key_columns text[] not null default '{}',
    condition_columns text[] not null default '{}',
    condition_values text[] not null default '{}',
    ignored_columns text[] not null default '{}',
    config_table text,
    config_database text,
    config_name text,
    was_enabled boolean,
    adopted_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    constraint adoption_pkey primary key (adoption_id),
    constraint adoption_table_is_unique unique (table_name),
    constraint adoption_queue_exists foreign key (queue_id)
        references cronmill.queue (queue_id) on delete cascade,
    constraint adoption_config_is_whole
        check (num_nonnulls(config_table, config_database, config_name, was_enabled) in (0, 4))
);
create index adoption_of_queue on cronmill.adoption (queue_id);
comment on table cronmill.adoption
    is 'Tables of queues made by hand that are taken over, and how their rows become tasks.';
comment on column cronmill.adoption.adoption_id is 'Key.';
comment on column cronmill.adoption.table_name is 'The old table, quoted and schema-qualified.';
comment on column cronmill.adoption.queue_id is 'The queue its rows go to.';
comment on column cronmill.adoption.forwarder
    is 'Name of the trigger''s function in schema cronmill_processor.';
comment on column cronmill.adoption.id_column is 'Column that identifies a row.';
comment on column cronmill.adoption.payload_column
    is 'Column that is the payload; null: the whole row is.';
comment on column cronmill.adoption.priority_column is 'Column of the priority; null: 0.';
comment on column cronmill.adoption.run_at_column
    is 'Column of the time before which a task is not begun; null: that of created_column, '
        'or when it is moved.';
comment on column cronmill.adoption.created_column
    is 'Column of the time a row was made; null: when it is moved.';
comment on column cronmill.adoption.attempts_column is 'Column of the failed attempts; null: 0.';
comment on column cronmill.adoption.key_columns
    is 'Columns that make the unique key: rows with the same are one task. '
        'Empty: by table and id, where the payload has no id.';
comment on column cronmill.adoption.condition_columns
    is 'Only rows are taken in which each of these columns has one of its values.';
comment on column cronmill.adoption.condition_values
    is 'The value, as text, beside each of condition_columns; null stands for null.';
comment on column cronmill.adoption.ignored_columns is 'Columns that are given up.';
comment on column cronmill.adoption.config_table
    is 'Of PartitionCache: table of its configuration, quoted and schema-qualified.';
comment on column cronmill.adoption.config_database
    is 'Of PartitionCache: the database that is in.';
comment on column cronmill.adoption.config_name
    is 'Of PartitionCache: job_name of the configuration''s row.';
comment on column cronmill.adoption.was_enabled
    is 'Of PartitionCache: whether that row was enabled.';
comment on column cronmill.adoption.adopted_at is 'When it began.';
comment on column cronmill.adoption.finished_at
    is 'When the rows there were had been moved; null: not yet.';
comment on index cronmill.adoption_of_queue is 'The tables whose rows go to a queue.';

-- Tasks that wait. A task that is being worked off is a deleted, uncommitted row: it is back by
-- itself if the work is rolled back. There is no foreign key to queue: its check would lock the
-- queue's row once per task, and only the functions of this schema write here.
create table cronmill.task (
    task_id bigint generated always as identity,
    queue_id integer not null,
    priority smallint not null default 0,
    attempts smallint not null default 0,
    -- Not clock_timestamp() in these two: a volatile default makes COPY insert row by row.
    run_at timestamptz not null default statement_timestamp(),
    enqueued_at timestamptz not null default statement_timestamp(),
    began_at timestamptz,
    suspected_at timestamptz,
    payload jsonb not null,
    unique_key text collate "C",
    taken_by integer,
    group_key text collate "C",
    timeout interval,
    max_attempts smallint,
    failed_at timestamptz,
    error_sqlstate text,
    error_message text,
    error_detail text,
    error_hint text,
    error_context text,
    tags text[],
    graph_id bigint,
    -- The claim reads exactly this order, one priority after another. It is the only index of all
    -- tasks: each further one would cost every enqueue and every vacuum; a task found by task_id
    -- alone is found by scanning this one.
    constraint task_pkey primary key (queue_id, priority, run_at, task_id),
    -- Other checks: tasks/task_checks.sql.
    constraint task_priority_in_range check (priority between 0 and 9)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
-- Nearly always empty, so it costs nothing to keep or to look into.
create index task_alone on cronmill.task (queue_id, run_at)
    where began_at is not null or suspected_at is not null;
-- The indexes of keys hold only tasks that have one. A key is given up, in a transaction of its
-- own, before its task is begun (docs/engine.md, A claim); a group is done in the order of the
-- numbers.
create unique index task_unique_key on cronmill.task (queue_id, unique_key)
    where unique_key is not null and taken_by is null;
create index task_taken on cronmill.task (queue_id, unique_key, taken_by)
    where taken_by is not null;
create index task_group on cronmill.task (queue_id, group_key, task_id) where group_key is not null;
comment on table cronmill.task
    is 'Tasks that wait for their processor; finished tasks are gone, '
        'hopeless ones are in dead_task.';
comment on column cronmill.task.task_id is 'Number of the task, in order of enqueueing.';
comment on column cronmill.task.queue_id is 'The queue it is in.';
comment on column cronmill.task.priority is '0 to 9, 9 first.';
comment on column cronmill.task.attempts is 'Attempts charged so far.';
comment on column cronmill.task.run_at is 'Not before this time; a retry moves it on.';
comment on column cronmill.task.enqueued_at is 'When it was enqueued.';
comment on column cronmill.task.began_at
    is 'When an attempt began that was committed before it and has not ended: '
        'the task is done alone.';
comment on column cronmill.task.suspected_at
    is 'When it was taken with others of which one may end the run: '
        'still here after that, it is done alone.';
comment on column cronmill.task.payload is 'What the handler is given.';
comment on column cronmill.task.unique_key
    is 'While it waits, no other task of the queue with this key can be enqueued.';
comment on column cronmill.task.taken_by
    is 'The slot that has begun or suspected it, or has given up its unique key in '
        'order to begin it.';
comment on column cronmill.task.group_key
    is 'Of the tasks of a group one at a time is done, in the order of their numbers.';
comment on column cronmill.task.timeout is 'Of this task, instead of the processor''s.';
comment on column cronmill.task.max_attempts is 'Of this task, instead of the processor''s.';
comment on column cronmill.task.failed_at is 'When the last attempt failed.';
comment on column cronmill.task.error_sqlstate is 'SQLSTATE of the last failure.';
comment on column cronmill.task.error_message is 'Message of the last failure.';
comment on column cronmill.task.error_detail is 'Detail of the last failure.';
comment on column cronmill.task.error_hint is 'Hint of the last failure.';
comment on column cronmill.task.error_context is 'Call stack of the last failure.';
comment on column cronmill.task.tags
    is 'Words by which it is found, see enqueue; null: none.';
comment on column cronmill.task.graph_id is 'The graph it is a node of.';
comment on index cronmill.task_alone is 'Tasks that are done alone.';
comment on index cronmill.task_pkey is 'The order in which a processor claims tasks.';
comment on index cronmill.task_unique_key is 'One waiting task per unique key.';
comment on index cronmill.task_taken
    is 'Tasks that a slot has begun or suspected, or given up the unique key of.';
comment on index cronmill.task_group is 'The order in which the tasks of a group are done.';

-- Tasks that wait. A task that is being worked off is a deleted, uncommitted row: it is back by itself
-- if the work is rolled back. There is no foreign key to queue: its check would lock the queue's row
-- once per task, and only the functions of this schema write here.
create table cronmill.task (
    task_id bigint generated always as identity,
    queue_id integer not null,
    priority smallint not null default 0,
    attempts smallint not null default 0,
    -- Not clock_timestamp() in these two: a volatile default makes COPY insert row by row.
    run_at timestamptz not null default statement_timestamp(),
    enqueued_at timestamptz not null default statement_timestamp(),
    began_at timestamptz,
    payload jsonb not null,
    failed_at timestamptz,
    error_sqlstate text,
    error_message text,
    error_detail text,
    error_hint text,
    error_context text,
    -- The claim reads exactly this order, one priority after another. It is the only index of all tasks: each further one
    -- would cost every enqueue and every vacuum; a task found by task_id alone is found by scanning this one.
    constraint task_pkey primary key (queue_id, priority, run_at, task_id),
    constraint task_priority_in_range check (priority between 0 and 9)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
-- Nearly always empty, so it costs nothing to keep or to look into.
create index task_begun on cronmill.task (queue_id, run_at) where began_at is not null;
comment on table cronmill.task is 'Tasks that wait for their processor; finished tasks are gone, hopeless ones are in dead_task.';
comment on column cronmill.task.task_id is 'Number of the task, in order of enqueueing.';
comment on column cronmill.task.queue_id is 'The queue it is in.';
comment on column cronmill.task.priority is '0 to 9, 9 first.';
comment on column cronmill.task.attempts is 'Attempts charged so far.';
comment on column cronmill.task.run_at is 'Not before this time; a retry moves it on.';
comment on column cronmill.task.enqueued_at is 'When it was enqueued.';
comment on column cronmill.task.began_at is 'When an attempt began that was committed before it and has not ended: the task is done alone.';
comment on column cronmill.task.payload is 'What the handler is given.';
comment on column cronmill.task.failed_at is 'When the last attempt failed.';
comment on column cronmill.task.error_sqlstate is 'SQLSTATE of the last failure.';
comment on column cronmill.task.error_message is 'Message of the last failure.';
comment on column cronmill.task.error_detail is 'Detail of the last failure.';
comment on column cronmill.task.error_hint is 'Hint of the last failure.';
comment on column cronmill.task.error_context is 'Call stack of the last failure.';
comment on index cronmill.task_begun is 'Tasks whose attempt began and has not ended.';
comment on index cronmill.task_pkey is 'The order in which a processor claims tasks.';

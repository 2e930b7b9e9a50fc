-- Finished tasks, of processors that keep them for a while (keep_done).
create table cronmill.done_task (
    task_id bigint not null,
    queue_id integer not null,
    priority smallint not null,
    attempts smallint not null,
    run_at timestamptz not null,
    enqueued_at timestamptz not null,
    finished_at timestamptz not null,
    payload jsonb not null,
    unique_key text collate "C",
    group_key text,
    tags text[],
    graph_id bigint,
    constraint done_task_pkey primary key (task_id)
);
create index done_task_of_queue on cronmill.done_task (queue_id, finished_at);
comment on table cronmill.done_task
    is 'Finished tasks, of processors that keep them for a while (keep_done).';
comment on column cronmill.done_task.task_id is 'Key, the same it had as a waiting task.';
comment on column cronmill.done_task.queue_id is 'The queue it was in.';
comment on column cronmill.done_task.priority is '0 to 9.';
comment on column cronmill.done_task.attempts
    is 'Attempts that failed before the one that succeeded.';
comment on column cronmill.done_task.run_at is 'When its last attempt was due.';
comment on column cronmill.done_task.enqueued_at is 'When it was enqueued.';
comment on column cronmill.done_task.finished_at is 'When its batch was done.';
comment on column cronmill.done_task.payload is 'What the handler was given.';
comment on column cronmill.done_task.unique_key is 'Its unique key, which others may use now.';
comment on column cronmill.done_task.group_key is 'The group it was in.';
comment on column cronmill.done_task.tags is 'Words by which it is found; null: none.';
comment on column cronmill.done_task.graph_id is 'The graph it was a node of.';
comment on index cronmill.done_task_of_queue
    is 'Finished tasks of a queue, in the order in which they were done.';

-- Tasks that used up their attempts, kept until they are redriven or purged.
create table cronmill.dead_task (
    task_id bigint not null,
    queue_id integer not null,
    priority smallint not null,
    attempts smallint not null,
    run_at timestamptz not null,
    enqueued_at timestamptz not null,
    payload jsonb not null,
    unique_key text collate "C",
    group_key text collate "C",
    timeout interval,
    max_attempts smallint,
    failed_at timestamptz not null,
    error_sqlstate text not null,
    error_message text not null,
    error_detail text,
    error_hint text,
    error_context text,
    tags text[],
    graph_id bigint,
    constraint dead_task_pkey primary key (task_id)
);
create index dead_task_of_queue on cronmill.dead_task (queue_id, task_id);
-- A query that failed is not done again when it is asked for again. A hash: queries are longer than
-- an index takes.
create index dead_task_of_query
    on cronmill.dead_task (queue_id, hashtext(coalesce(payload ->> 'hash', payload ->> 'query')))
    where payload ? 'partition_key';
-- Holds only tasks of graphs: those that others may wait for.
create index dead_task_of_graph on cronmill.dead_task (queue_id) where graph_id is not null;
comment on table cronmill.dead_task
    is 'Tasks that used up their attempts, with the error of the last one.';
comment on column cronmill.dead_task.task_id is 'Key, the same it had as a waiting task.';
comment on column cronmill.dead_task.queue_id is 'The queue it was in.';
comment on column cronmill.dead_task.priority is '0 to 9.';
comment on column cronmill.dead_task.attempts is 'Attempts made, all failed.';
comment on column cronmill.dead_task.run_at is 'When its last attempt was due.';
comment on column cronmill.dead_task.enqueued_at is 'When it was enqueued.';
comment on column cronmill.dead_task.payload is 'What the handler was given.';
comment on column cronmill.dead_task.unique_key is 'Its unique key, which others may use now.';
comment on column cronmill.dead_task.group_key is 'The group it was in; it no longer holds it up.';
comment on column cronmill.dead_task.timeout is 'Of this task, instead of the processor''s.';
comment on column cronmill.dead_task.max_attempts is 'Of this task, instead of the processor''s.';
comment on column cronmill.dead_task.failed_at is 'When the last attempt failed.';
comment on column cronmill.dead_task.error_sqlstate is 'SQLSTATE of the last failure.';
comment on column cronmill.dead_task.error_message is 'Message of the last failure.';
comment on column cronmill.dead_task.error_detail is 'Detail of the last failure.';
comment on column cronmill.dead_task.error_hint is 'Hint of the last failure.';
comment on column cronmill.dead_task.error_context is 'Call stack of the last failure.';
comment on column cronmill.dead_task.tags is 'Words by which it is found; null: none.';
comment on column cronmill.dead_task.graph_id is 'The graph it is a node of.';
comment on index cronmill.dead_task_of_graph is 'Dead tasks of graphs.';
comment on index cronmill.dead_task_of_query is 'Dead tasks of a query processor, by their query.';
comment on index cronmill.dead_task_of_queue is 'Dead tasks of a queue, in order.';

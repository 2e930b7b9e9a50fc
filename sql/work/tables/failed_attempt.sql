-- Attempts that failed, of processors that keep them for a while (keep_attempts): also of tasks
-- that were done after them, canceled or purged.
create table cronmill.failed_attempt (
    attempt_id bigint generated always as identity,
    task_id bigint not null,
    queue_id integer not null,
    attempt smallint not null,
    began_at timestamptz,
    failed_at timestamptz not null,
    error_sqlstate text not null,
    error_message text not null,
    run_id bigint,
    constraint failed_attempt_pkey primary key (attempt_id)
);
create index failed_attempt_of_task on cronmill.failed_attempt (task_id, attempt_id);
create index failed_attempt_of_queue on cronmill.failed_attempt (queue_id, failed_at);
comment on table cronmill.failed_attempt
    is 'Attempts that failed, of processors that keep them for a while (keep_attempts).';
comment on column cronmill.failed_attempt.attempt_id is 'Key, in the order of failures.';
comment on column cronmill.failed_attempt.task_id is 'The task, which may be gone.';
comment on column cronmill.failed_attempt.queue_id is 'The queue it was in.';
comment on column cronmill.failed_attempt.attempt
    is 'The how many-th it was, from 1 on; again from 1 on after a redrive.';
comment on column cronmill.failed_attempt.began_at
    is 'When the handler was called; null: not known, as of a task whose handler called it dead.';
comment on column cronmill.failed_attempt.failed_at
    is 'When it failed, or was found never to have ended (MC020).';
comment on column cronmill.failed_attempt.error_sqlstate is 'SQLSTATE of the failure.';
comment on column cronmill.failed_attempt.error_message is 'Message of the failure.';
comment on column cronmill.failed_attempt.run_id
    is 'The run it was made in, see cronmill.run; null: not known.';
comment on index cronmill.failed_attempt_of_queue is 'Those of a queue, by age.';
comment on index cronmill.failed_attempt_of_task is 'Those of a task, in order.';

-- Failed attempts, of processors that keep them.
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
alter table cronmill.processor add column keep_attempts interval;
alter table cronmill.processor add constraint processor_keep_attempts_in_range
    check (keep_attempts > interval '0' and keep_attempts <= interval '36500 days');
alter table cronmill.processor drop constraint processor_times_can_be_added;
alter table cronmill.processor add constraint processor_times_can_be_added check (
    greatest(
        abs(extract(year from timeout)), abs(extract(year from backoff_base)),
        abs(extract(year from backoff_cap)), abs(extract(year from poll_interval)),
        abs(extract(year from keep_done)), abs(extract(year from keep_dead)),
        abs(extract(year from keep_attempts)), abs(extract(year from refresh_after))
    ) <= 200
    and greatest(
        abs(extract(day from timeout)), abs(extract(day from backoff_base)),
        abs(extract(day from backoff_cap)), abs(extract(day from poll_interval)),
        abs(extract(day from keep_done)), abs(extract(day from keep_dead)),
        abs(extract(day from keep_attempts)), abs(extract(day from refresh_after))
    ) <= 73000
);
comment on column cronmill.processor.keep_attempts is 'How long failed attempts stay; null: not.';
alter type cronmill.run_start add attribute keeps_attempts boolean;
alter type cronmill.task_error
    add attribute began_at timestamptz,
    add attribute ended_at timestamptz;

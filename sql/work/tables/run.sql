-- What each run did; backend pid and start match it with a row of cron.job_run_details, which has
-- no counters. A slot keeps its last seven days.
create table cronmill.run (
    run_id bigint generated always as identity,
    slot_id integer not null,
    pid integer not null,
    started_at timestamptz not null,
    ended_at timestamptz,
    done bigint not null default 0,
    failed bigint not null default 0,
    dead bigint not null default 0,
    alone bigint not null default 0,
    waited bigint[] not null default '{}',
    worked bigint[] not null default '{}',
    end_reason text,
    constraint run_pkey primary key (run_id),
    -- Run-as roles say them, and reports add them up.
    constraint run_counts_in_range check (
        least(done, failed, dead, alone) >= 0
        and greatest(done, failed, dead, alone) <= 1000000000000
    ),
    constraint run_histograms_in_range check (
        0 <= all (waited) and 1000000000000 >= all (waited)
        and array_position(waited, null) is null
        and 0 <= all (worked) and 1000000000000 >= all (worked)
        and array_position(worked, null) is null
        and coalesce(array_ndims(waited), 1) = 1 and coalesce(array_ndims(worked), 1) = 1
        and greatest(cardinality(waited), cardinality(worked)) <= 64
    ),
    constraint run_of_a_slot foreign key (slot_id)
        references cronmill.slot (slot_id) on delete cascade
);
create index run_of_slot on cronmill.run (slot_id, started_at);
comment on table cronmill.run
    is 'Runs of processors with their counters, written at the start, a few times a second '
        'and at the end; of a run that was killed the last quarter of a second may be missing.';
comment on column cronmill.run.run_id is 'Key.';
comment on column cronmill.run.slot_id is 'The slot.';
comment on column cronmill.run.pid is 'Process id of the backend.';
comment on column cronmill.run.started_at is 'Start.';
comment on column cronmill.run.ended_at is 'Clean end; null while it goes and after it was killed.';
comment on column cronmill.run.done is 'Tasks done.';
comment on column cronmill.run.failed is 'Attempts that failed, those of dead included.';
comment on column cronmill.run.dead is 'Tasks that failed for the last time.';
comment on column cronmill.run.alone
    is 'Tasks that failed in a transaction with others, and were done in one of their own.';
comment on column cronmill.run.waited
    is 'Histogram: how many tasks waited 2^(n-1) to 2^n microseconds from the time they were ready '
        'until their batch began.';
comment on column cronmill.run.worked
    is 'Histogram: for how many tasks the handler took 2^(n-1) to 2^n microseconds; '
        'those of a batch count with its mean.';
comment on column cronmill.run.end_reason
    is 'Why it ended: budget, empty, limit, paused, disabled, surplus, removed, lost, '
        'canceled (in a task), no handler (it cannot be called), '
        'stopped (a cancel while it looked for tasks); of one that sleeps asleep, idle, yielded.';
comment on index cronmill.run_of_slot is 'Runs of a slot, in order.';

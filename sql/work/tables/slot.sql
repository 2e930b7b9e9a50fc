-- Slots: what the n-th parallel job of a processor has noted of its last run. slot_id is the second
-- key of the advisory lock that keeps a slot to one backend.
create table cronmill.slot (
    slot_id integer generated always as identity,
    processor_id integer not null,
    slot integer not null,
    start_number bigint not null default 0,
    ended_number bigint not null default 0,
    started_at timestamptz,
    ended_at timestamptz,
    owed_ticks integer not null default 0,
    cancels_in_row integer not null default 0,
    losses_in_row integer not null default 0,
    done bigint not null default 0,
    failed bigint not null default 0,
    dead bigint not null default 0,
    failed_runs bigint not null default 0,
    last_run_id bigint,
    waited bigint[] not null default '{}',
    worked bigint[] not null default '{}',
    mark_at timestamptz[],
    mark_id bigint[],
    full_scan_at timestamptz,
    scan_took interval,
    constraint slot_pkey primary key (slot_id),
    constraint slot_is_unique unique (processor_id, slot),
    constraint slot_of_a_processor foreign key (processor_id)
        references cronmill.processor (processor_id) on delete cascade,
    constraint slot_not_negative check (slot >= 0)
);
comment on table cronmill.slot
    is 'Slots: number of the last start and of the last clean end; '
        'they differ while a run goes and after it was killed.';
comment on column cronmill.slot.slot_id is 'Key, and second key of the slot''s advisory lock.';
comment on column cronmill.slot.processor_id is 'The processor.';
comment on column cronmill.slot.slot
    is '1 and up for pg_cron''s jobs, 0 for work in the foreground.';
comment on column cronmill.slot.start_number is 'Starts so far.';
comment on column cronmill.slot.ended_number is 'Number of the last start that ended cleanly.';
comment on column cronmill.slot.started_at is 'When the last run started.';
comment on column cronmill.slot.ended_at is 'When the last run that ended cleanly ended.';
comment on column cronmill.slot.cancels_in_row
    is 'Last runs that did nothing and were canceled in a task, one after another; '
        'from the tenth on tasks are done alone and charged.';
comment on column cronmill.slot.losses_in_row
    is 'Last runs that ended uncleanly in nobody knows which task, one after another: '
        'after each the next run goes twice as far carefully.';
comment on column cronmill.slot.owed_ticks
    is 'Runs that pg_cron has queued behind a run that crossed several ticks, '
        'to be given back at once.';
comment on column cronmill.slot.done is 'Tasks done by runs before the last one.';
comment on column cronmill.slot.failed
    is 'Attempts that failed in runs before the last one.';
comment on column cronmill.slot.dead
    is 'Tasks that failed for the last time in runs before the last one.';
comment on column cronmill.slot.failed_runs
    is 'Runs before the last one that ended uncleanly, were canceled or could not call the '
        'handler.';
comment on column cronmill.slot.last_run_id is 'The last run, or the present one.';
comment on column cronmill.slot.waited
    is 'Histogram of the waits of tasks in runs before the last one, see cronmill.run.';
comment on column cronmill.slot.worked
    is 'Histogram of what handlers took in runs before the last one, see cronmill.run.';
comment on column cronmill.slot.mark_at
    is 'Where the next run goes on, by priority, where a look from the beginning takes long: '
        'up to this time the last one has looked.';
comment on column cronmill.slot.mark_id is 'The task of that time up to which it has looked.';
comment on column cronmill.slot.full_scan_at is 'When to look from the beginning again.';
comment on column cronmill.slot.scan_took is 'What the last look from the beginning took.';

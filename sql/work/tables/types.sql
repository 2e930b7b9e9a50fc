-- What a handler may return instead of void.
create type cronmill.outcome as (
    kind text,
    run_at timestamptz,
    reason text
);
comment on type cronmill.outcome is 'What a handler may return: cronmill.done(), cronmill.snooze(until), cronmill.dead(reason).';
-- What the per-batch functions hand to a generated procedure.
create type cronmill.run_start as (
    go boolean,
    processor_id integer,
    run_id bigint,
    slot_id integer,
    start_number bigint,
    ends_at timestamptz,
    lingers boolean,
    handler_search_path text,
    task_timeout interval,
    careful_until timestamptz,
    gives_back boolean,
    poll_seconds double precision
);
comment on type cronmill.run_start is 'How a run may go: until when, with what settings; go is false if it must return at once.';
create type cronmill.claim as (
    stop_reason text,
    is_alone boolean,
    task_ids bigint[],
    places tid[],
    payloads jsonb[],
    attempts integer[],
    mark_at timestamptz[],
    mark_id bigint[],
    full_scan_at timestamptz
);
comment on type cronmill.claim is 'A batch, or one task to be done alone whose attempt is charged already, and the low-water mark per priority from which the next claim goes on.';

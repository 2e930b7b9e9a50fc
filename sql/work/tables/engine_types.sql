-- Where the first claim of a run goes on, see cronmill.claim; null is from the beginning.
create type cronmill.resume as (
    mark_at timestamptz[],
    mark_id bigint[],
    full_scan_at timestamptz,
    scan_took interval
);
comment on type cronmill.resume is 'Where the first claim of a run goes on.';
-- How a run may go, by its processor's settings as they were at its start; the last field, where
-- its first claim goes on.
create type cronmill.run_start as (
    go boolean,
    processor_id integer,
    run_id bigint,
    slot_id integer,
    start_number bigint,
    ends_at timestamptz,
    lingers boolean,
    handler_search_path text,
    careful integer,
    alone_at timestamptz,
    gives_back boolean,
    poll_seconds double precision,
    push_at timestamptz,
    is_rare boolean,
    label text,
    handler_call text,
    takes_ids boolean,
    takes_batch boolean,
    slot integer,
    sleep_after interval,
    idle_since timestamptz,
    slots integer,
    keeps_attempts boolean,
    resume cronmill.resume
);
comment on type cronmill.run_start
    is 'How a run may go: until when, with what settings; go is false if it must return at once.';
-- The first fields are the batch; then comes where the next claim goes on, and what has been
-- counted; the next ones say what became of it: whether it was not done as a whole, but is to be
-- done in parts, and is locked for that already, or why the run ends; the last ones, whether tasks
-- of graphs are in it, and whether it is empty though some are ready, which others have, or which
-- wait for a group or are to be done alone.
create type cronmill.claim as (
    stop_reason text,
    at_once boolean,
    is_alone boolean,
    is_kept boolean,
    one_each boolean,
    has_groups boolean,
    task_ids bigint[],
    places tid[],
    payloads jsonb[],
    attempts integer[],
    timeouts interval[],
    timeout interval,
    task_timeout interval,
    group_keys text[],
    mark_at timestamptz[],
    mark_id bigint[],
    full_scan_at timestamptz,
    scan_took interval,
    waited bigint[],
    is_locked boolean,
    in_parts boolean,
    end_reason text,
    cancel_message text,
    has_nodes boolean,
    is_held_up boolean
);
comment on type cronmill.claim
    is 'A batch, or one task to be done alone whose attempt is charged already; '
        'and from where the next claim goes on.';
-- Tasks of one priority that were locked, and until when those of them waited that were; the mark
-- from which the next claim goes on, and whether there may be more that this one did not look at,
-- because it is to look at no more (goes_on) or because others look there (is_cut).
create type cronmill.level_claim as (
    total integer,
    task_ids bigint[],
    places tid[],
    payloads jsonb[],
    attempts integer[],
    ready_at timestamptz[],
    special bigint,
    mark_at timestamptz,
    mark_id bigint,
    goes_on boolean,
    is_cut boolean
);
comment on type cronmill.level_claim
    is 'Tasks of one priority that were locked; and from where the next claim goes on.';
-- From which mark a claim looks, and up to which task it may take; null: as far as it goes.
create type cronmill.stretch as (
    from_at timestamptz,
    from_id bigint,
    until_at timestamptz,
    until_id bigint
);
comment on type cronmill.stretch is 'The part of a queue that a claim looks at.';
-- When the tasks of a claim became ready that came in by order; how many of them have a key, a
-- group or a timeout; of how many priorities they are; and the marks where the scan began.
create type cronmill.scan as (
    ready_at timestamptz[],
    special bigint,
    levels bigint,
    from_at timestamptz[],
    from_id bigint[]
);
comment on type cronmill.scan is
    'What a claim knows of the tasks it has locked, besides the batch.';

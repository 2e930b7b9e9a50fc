-- What a handler may return instead of void.
create type cronmill.outcome as (
    kind text,
    run_at timestamptz,
    reason text,
    result jsonb
);
comment on type cronmill.outcome
    is 'What a handler may return: cronmill.done(), cronmill.done(result), cronmill.snooze(until), '
        'cronmill.dead(reason).';
-- A task as producers describe it.
create type cronmill.task_settings as (
    payload jsonb,
    priority smallint,
    run_at timestamptz,
    unique_key text,
    group_key text,
    timeout interval,
    max_attempts smallint,
    tags text[]
);
comment on type cronmill.task_settings is 'A task as producers describe it.';
-- What a query processor's generated handler is told of its task.
create type cronmill.query_task as (
    query text,
    query_hash text,
    partition_key text,
    search_path text,
    result_limit bigint,
    over_limit text,
    computed_after timestamptz,
    refreshes boolean,
    failure text,
    processor text,
    result_table text,
    is_lenient boolean,
    datatype text
);
comment on type cronmill.query_task
    is 'A query to be done: its text and key, and the settings of its processor; a result computed '
        'after computed_after will do. failure is why it is remembered as failed, '
        'unless it refreshes.';
-- What a processor tells the registry of itself.
create type cronmill.backlog as (
    ready bigint,
    oldest_ready_seconds double precision,
    dead bigint,
    done bigint,
    failed bigint,
    paused boolean,
    held bigint,
    unfired boolean,
    runs_total bigint,
    failed_runs_total bigint,
    done_total bigint,
    failed_total bigint,
    dead_total bigint,
    no_handler boolean
);
comment on type cronmill.backlog
    is 'Tasks that are ready and dead, attempts of the last quarter of an hour, whether the '
        'processor is paused, how many nodes of graphs wait for dead tasks, whether a recurring '
        'template is not fired, what its slots have done since it was set up, and whether its '
        'handler cannot be called.';

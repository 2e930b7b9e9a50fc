-- Processors: the settings people change, with the command line or by plain SQL. Triggers check a
-- change and carry it to the registry in the same commit.
create table cronmill.processor (
    processor_id integer generated always as identity,
    name text collate "C" not null,
    queue_id integer not null,
    handler text not null,
    handler_search_path text not null default 'public, pg_temp',
    run_as text not null,
    enabled boolean not null default false,
    paused boolean not null default false,
    paused_for text,
    slots integer not null default 1,
    schedule text not null default '* * * * *',
    linger text not null default 'tick',
    timeout interval not null default '30 minutes',
    max_attempts smallint not null default 5,
    backoff_base interval not null default '5 seconds',
    backoff_cap interval not null default '1 hour',
    poll_interval interval not null default '20 milliseconds',
    alone boolean not null default false,
    keep_done interval,
    keep_dead interval,
    result_table text,
    result_layout text not null default 'cronmill',
    result_limit bigint,
    over_limit text not null default 'dead',
    refresh_after interval,
    created_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    sleep_after interval,
    keep_attempts interval,
    constraint processor_pkey primary key (processor_id),
    constraint processor_name_is_unique unique (name),
    constraint processor_queue_has_one_processor unique (queue_id),
    constraint processor_queue_exists foreign key (queue_id) references cronmill.queue (queue_id),
    constraint processor_name_has_1_to_63_bytes check (octet_length(name) between 1 and 63),
    constraint processor_name_has_no_control_characters check (name !~ '[\x01-\x1f\x7f]'),
    constraint processor_slots_in_range check (slots between 1 and 1000),
    constraint processor_linger_is_tick_or_a_duration
        check (case
            when linger = 'tick' then true
            else linger::interval between interval '0' and interval '7 days'
                and extract(year from linger::interval) = 0
                and extract(day from linger::interval) between -365 and 365
        end),
    constraint processor_timeout_in_range
        check (timeout > interval '0' and timeout <= interval '30 days'),
    -- A month is compared as 30 days and added as what it is: of many of them less as many days is
    -- small, and no time.
    constraint processor_times_can_be_added check (
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
    ),
    constraint processor_max_attempts_in_range check (max_attempts between 1 and 10000),
    constraint processor_backoff_in_range check (
        backoff_base >= interval '0' and backoff_cap >= backoff_base
        and backoff_cap <= interval '365 days'
    ),
    constraint processor_poll_interval_in_range
        check (poll_interval between interval '1 millisecond' and interval '1 minute'),
    constraint processor_sleep_after_in_range check (
        sleep_after between interval '1 second' and interval '1 day'
        and extract(year from sleep_after) = 0 and extract(day from sleep_after) between -1 and 1
    ),
    constraint processor_keep_done_in_range
        check (keep_done > interval '0' and keep_done <= interval '36500 days'),
    constraint processor_keep_dead_in_range
        check (keep_dead > interval '0' and keep_dead <= interval '36500 days'),
    constraint processor_keep_attempts_in_range
        check (keep_attempts > interval '0' and keep_attempts <= interval '36500 days'),
    constraint processor_result_limit_in_range check (result_limit between 1 and 1000000000),
    constraint processor_over_limit_is_dead_or_cut check (over_limit in ('dead', 'cut')),
    constraint processor_refresh_after_in_range
        check (refresh_after > interval '0' and refresh_after <= interval '36500 days'),
    constraint processor_result_layout_is_known
        check (result_layout in ('cronmill', 'partitioncache')),
    -- PartitionCache notes neither when a result was computed nor that it was cut.
    constraint processor_partitioncache_is_whole_and_timeless
        check (result_layout = 'cronmill' or (refresh_after is null and over_limit = 'dead')),
    constraint processor_paused_for_is_of_a_pause check (paused or paused_for is null)
);
comment on table cronmill.processor
    is 'Processors: one row of settings each; a change reaches cron.job in the same commit.';
comment on column cronmill.processor.processor_id is 'Key.';
comment on column cronmill.processor.name
    is 'Name, and name of its procedure in schema cronmill_processor; cannot be changed.';
comment on column cronmill.processor.queue_id
    is 'The queue it empties; a queue has at most one processor.';
comment on column cronmill.processor.handler
    is 'Schema-qualified signature of the function that does one task.';
comment on column cronmill.processor.handler_search_path
    is 'search_path the handler is called with.';
comment on column cronmill.processor.run_as is 'Role the jobs belong to and the handler runs as.';
comment on column cronmill.processor.enabled is 'Wanted: its jobs are active in pg_cron.';
comment on column cronmill.processor.paused
    is 'True: no slot claims another batch; looked at before every batch.';
comment on column cronmill.processor.paused_for
    is 'The command that paused it to let its runs end, and ends the pause itself: '
        'disable or remove. Null: a person did.';
comment on column cronmill.processor.slots is 'Number of parallel jobs.';
comment on column cronmill.processor.schedule
    is 'When pg_cron starts its jobs: five cron fields, or N seconds from pg_cron 1.5.';
comment on column cronmill.processor.linger
    is 'Length of a run: tick (just past the next tick of the schedule), or a duration from its '
        'start; 0 ends it at the first empty claim.';
comment on column cronmill.processor.timeout
    is 'A task that takes longer is stopped; this counts as an attempt.';
comment on column cronmill.processor.max_attempts is 'Failed attempts after which a task is dead.';
comment on column cronmill.processor.backoff_base
    is 'Delay before the second attempt; doubled with each further one.';
comment on column cronmill.processor.backoff_cap is 'Longest delay between two attempts.';
comment on column cronmill.processor.poll_interval
    is 'How often a lingering run looks into its queue while tasks come in; '
        'after some seconds without any two and a half times less often.';
comment on column cronmill.processor.alone
    is 'True: each task has a transaction of its own; otherwise those of a batch share one.';
comment on column cronmill.processor.sleep_after is
    'Time without a task after which its slots give back their place in pg_cron; null: never.';
comment on column cronmill.processor.keep_done
    is 'How long finished tasks are kept in done_task; null: they are not.';
comment on column cronmill.processor.keep_dead
    is 'How long dead tasks are kept; null: until they are redriven or purged.';
comment on column cronmill.processor.keep_attempts is 'How long failed attempts stay; null: not.';
comment on column cronmill.processor.result_table
    is 'Of a query processor: quoted, schema-qualified name of the table of its results; '
        'cannot be changed. Null: tasks are no queries.';
comment on column cronmill.processor.result_layout
    is 'Of a query processor: whose tables its results are kept in: cronmill, or partitioncache, '
        'where result_table is the queries table; cannot be changed.';
comment on column cronmill.processor.result_limit is
    'Of a query processor: most values a result may have; null: any number.';
comment on column cronmill.processor.over_limit
    is 'Of a query processor: what becomes of a query with more values: '
        'dead, or cut, which keeps the lowest ones.';
comment on column cronmill.processor.refresh_after
    is 'Of a query processor: age from which a result is computed again when it is '
        'asked for; null: never.';
comment on column cronmill.processor.created_at is 'When it was made.';
comment on column cronmill.processor.changed_at is 'When its row last changed.';

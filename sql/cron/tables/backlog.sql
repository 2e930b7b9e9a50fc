-- What processors last said of themselves, through the link: numbers, which nothing but alarms is
-- made of.
create table cronmill_cron.backlog (
    work_database_id integer not null,
    processor text collate "C" not null,
    pushed_at timestamptz not null,
    ready bigint not null,
    oldest_ready_seconds double precision,
    dead bigint not null,
    done bigint not null,
    failed bigint not null,
    paused boolean not null,
    held bigint not null default 0,
    unfired boolean not null default false,
    runs_total bigint,
    failed_runs_total bigint,
    done_total bigint,
    failed_total bigint,
    dead_total bigint,
    no_handler boolean not null default false,
    constraint backlog_pkey primary key (work_database_id, processor),
    constraint backlog_of_a_processor foreign key (work_database_id, processor)
        references cronmill_cron.processor (work_database_id, name) on delete cascade,
    constraint backlog_in_range check (
        ready between 0 and 1000000 and dead between 0 and 1000000
        and done between 0 and 1e15 and failed between 0 and 1e15
        and oldest_ready_seconds between 0 and 1e10
    ),
    constraint backlog_held_in_range check (held between 0 and 1000000),
    constraint backlog_totals_in_range check (
        runs_total between 0 and 1e18 and failed_runs_total between 0 and 1e18
        and done_total between 0 and 1e18 and failed_total between 0 and 1e18
        and dead_total between 0 and 1e18
    )
) with (fillfactor = 50);
comment on table cronmill_cron.backlog is 'What processors last said of themselves.';
comment on column cronmill_cron.backlog.work_database_id is 'The work database.';
comment on column cronmill_cron.backlog.processor is 'The processor.';
comment on column cronmill_cron.backlog.pushed_at is 'When it said so.';
comment on column cronmill_cron.backlog.ready is 'Tasks that are ready; counted up to 10,001.';
comment on column cronmill_cron.backlog.oldest_ready_seconds
    is 'How long the oldest of them has been ready.';
comment on column cronmill_cron.backlog.dead is 'Dead tasks; counted up to 10,001.';
comment on column cronmill_cron.backlog.done is 'Tasks done in the last quarter of an hour.';
comment on column cronmill_cron.backlog.failed
    is 'Attempts that failed in the last quarter of an hour.';
comment on column cronmill_cron.backlog.paused
    is 'Whether it is paused, which only its database knows.';
comment on column cronmill_cron.backlog.held
    is 'Nodes of graphs that wait for dead tasks; counted up to 10,001.';
comment on column cronmill_cron.backlog.unfired is 'Whether a recurring template is not fired.';
comment on column cronmill_cron.backlog.runs_total is 'Runs since it was set up.';
comment on column cronmill_cron.backlog.failed_runs_total
    is 'Of them those that ended uncleanly, were canceled or could not call the handler.';
comment on column cronmill_cron.backlog.done_total is 'Tasks done since it was set up.';
comment on column cronmill_cron.backlog.failed_total
    is 'Attempts that failed since it was set up.';
comment on column cronmill_cron.backlog.dead_total
    is 'Tasks that failed for the last time since it was set up.';
comment on column cronmill_cron.backlog.no_handler is 'Whether its handler cannot be called.';

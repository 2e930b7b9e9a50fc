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
    constraint backlog_pkey primary key (work_database_id, processor),
    constraint backlog_of_a_processor foreign key (work_database_id, processor)
        references cronmill_cron.processor (work_database_id, name) on delete cascade,
    constraint backlog_in_range check (
        ready between 0 and 1000000 and dead between 0 and 1000000
        and done between 0 and 1e15 and failed between 0 and 1e15
        and oldest_ready_seconds between 0 and 1e10
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

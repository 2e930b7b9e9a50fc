-- From which measure on something is an alarm, and how long pg_cron's history is kept. One row
-- holds for all; rows of a work database, or of one of its processors, say where they differ. 0
-- switches an alarm off, or keeps history for ever.
create table cronmill_cron.threshold (
    work_database_id integer,
    processor text collate "C",
    behind interval,
    failing integer,
    dead bigint,
    overdue interval,
    silent interval,
    history bigint,
    replica interval,
    history_age interval,
    history_runs bigint,
    constraint threshold_of_a_work_database foreign key (work_database_id)
        references cronmill_cron.work_database (work_database_id) on delete cascade,
    constraint threshold_of_a_processor_names_its_database
        check (processor is null or work_database_id is not null),
    constraint threshold_processor_has_1_to_63_bytes
        check (octet_length(processor) between 1 and 63),
    constraint threshold_for_all_is_complete check (
        work_database_id is not null
        or num_nulls(
            behind, failing, dead, overdue, silent, history, replica, history_age, history_runs) = 0
    ),
    constraint threshold_for_the_server_is_for_all
        check (work_database_id is null or (history, replica) is null),
    constraint threshold_silent_is_of_a_database check (processor is null or silent is null),
    constraint threshold_failing_is_a_percentage check (failing between 0 and 100),
    constraint threshold_in_range check (
        least(behind, overdue, silent, replica, history_age) >= interval '0'
        and greatest(behind, overdue, silent, replica, history_age) <= interval '36500 days'
        and extract(year from behind) between -200 and 200
        and extract(day from behind) between -73000 and 73000
        and extract(year from overdue) between -200 and 200
        and extract(day from overdue) between -73000 and 73000
        and extract(year from silent) between -200 and 200
        and extract(day from silent) between -73000 and 73000
        and extract(year from replica) between -200 and 200
        and extract(day from replica) between -73000 and 73000
        and extract(year from history_age) between -200 and 200
        and extract(day from history_age) between -73000 and 73000
        and least(dead, history, history_runs) >= 0
        and greatest(dead, history, history_runs) <= 1e15
    )
);
create unique index threshold_place
    on cronmill_cron.threshold (work_database_id, processor) nulls not distinct;
-- It has no key that is never null: without this a publication for all tables would refuse every
-- change.
alter table cronmill_cron.threshold replica identity full;
insert into cronmill_cron.threshold (
    behind, failing, dead, overdue, silent, history, replica, history_age, history_runs
)
values (
    interval '10 minutes', 50, 1, interval '5 minutes', interval '5 minutes', 1000000,
    interval '5 minutes', interval '7 days', 0
);
comment on table cronmill_cron.threshold
    is 'Thresholds of alarms, and how long history is kept: '
        'for all, for a work database, for a processor.';
comment on column cronmill_cron.threshold.work_database_id
    is 'The work database; null in the row that holds for all.';
comment on column cronmill_cron.threshold.processor
    is 'The processor; null in a row that holds for all of its database.';
comment on column cronmill_cron.threshold.behind
    is 'Time for which the oldest ready task waits past the time at which a run '
        'was due to take it.';
comment on column cronmill_cron.threshold.failing
    is 'Percentage of attempts of the last quarter of an hour that failed, if three or more did.';
comment on column cronmill_cron.threshold.dead is 'Number of dead tasks.';
comment on column cronmill_cron.threshold.overdue
    is 'Time past the time at which a run was due, while none has started.';
comment on column cronmill_cron.threshold.silent
    is 'Time for which a work database does not tell how its processors are, though their runs go.';
comment on column cronmill_cron.threshold.history is 'Number of rows of cron.job_run_details.';
comment on column cronmill_cron.threshold.replica is 'Time by which a standby lags behind.';
comment on column cronmill_cron.threshold.history_age
    is 'Age at which runs are removed from the history.';
comment on column cronmill_cron.threshold.history_runs
    is 'Number of newest runs of a processor that are kept in the history; older ones are removed.';
comment on index cronmill_cron.threshold_place
    is 'One row for all, for a work database, for a processor.';

-- What the work databases want of their processors, as last sent.
create table cronmill_cron.processor (
    work_database_id integer not null,
    name text collate "C" not null,
    enabled boolean not null,
    slots integer not null,
    schedule text not null,
    linger text not null,
    run_as text not null,
    changed_at timestamptz not null default clock_timestamp(),
    sleep_after interval,
    constraint processor_pkey primary key (work_database_id, name),
    constraint processor_of_a_work_database foreign key (work_database_id)
        references cronmill_cron.work_database (work_database_id),
    constraint processor_slots_in_range check (slots between 1 and 1000),
    constraint processor_linger_is_tick_or_a_duration
        check (case
            when linger = 'tick' then true
            else linger::interval between interval '0' and interval '7 days'
        end),
    constraint processor_name_has_1_to_63_bytes check (octet_length(name) between 1 and 63),
    constraint processor_name_has_no_control_characters check (name !~ '[\x01-\x1f\x7f]')
);
comment on table cronmill_cron.processor
    is 'Processors of all work databases, as their databases last sent them.';
comment on column cronmill_cron.processor.work_database_id is 'The work database.';
comment on column cronmill_cron.processor.name is 'Name of the processor.';
comment on column cronmill_cron.processor.enabled is 'Wanted: its jobs are active.';
comment on column cronmill_cron.processor.slots is 'Number of jobs.';
comment on column cronmill_cron.processor.schedule is 'Schedule of its jobs.';
comment on column cronmill_cron.processor.linger
    is 'Length of a run; on pg_cron 1.4 with background workers a run may not linger.';
comment on column cronmill_cron.processor.run_as is 'Role its jobs belong to and run as.';
comment on column cronmill_cron.processor.changed_at is 'When it was last sent.';
comment on column cronmill_cron.processor.sleep_after
    is 'Time without a task after which its slots give back their place; null: never.';

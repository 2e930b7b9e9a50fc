-- Every job the registry ever made, so that the history, which knows only jobids, can be read.
create table cronmill_cron.job (
    job_key bigint generated always as identity,
    jobid bigint not null,
    database_name text collate "C" not null,
    processor text collate "C" not null,
    slot integer not null,
    run_as text not null,
    made_at timestamptz not null default clock_timestamp(),
    removed_at timestamptz,
    constraint job_pkey primary key (job_key)
);
create unique index job_of_slot on cronmill_cron.job (database_name, processor, slot)
    where removed_at is null;
create unique index job_by_jobid on cronmill_cron.job (jobid) where removed_at is null;
create index job_ever_by_jobid on cronmill_cron.job (jobid, job_key desc);
comment on table cronmill_cron.job is 'Jobs the registry made, those that are gone too.';
comment on column cronmill_cron.job.job_key
    is 'Key; a jobid can come again when pg_cron is dropped and created.';
comment on column cronmill_cron.job.jobid is 'Key of cron.job.';
comment on column cronmill_cron.job.database_name
    is 'Work database; the cron database for a housekeeper.';
comment on column cronmill_cron.job.processor is 'Processor, or name of the housekeeper.';
comment on column cronmill_cron.job.slot is 'Slot, from 1; 0 for a housekeeper.';
comment on column cronmill_cron.job.run_as is 'Role it belongs to.';
comment on column cronmill_cron.job.made_at is 'When it was scheduled.';
comment on column cronmill_cron.job.removed_at is 'When it was unscheduled or found gone.';
comment on index cronmill_cron.job_of_slot is 'A slot has one job.';
comment on index cronmill_cron.job_by_jobid is 'A jobid is one job.';
comment on index cronmill_cron.job_ever_by_jobid is 'The last job of a jobid, there or gone.';

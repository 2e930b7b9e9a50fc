-- The journal of a move, in the database pg_cron leaves: that one can be read at every moment of
-- it. Written by `cronmill migrate`, which drops it when the move is finished or rolled back.
create table cronmill_migration.migration (
    only_row boolean not null default true,
    from_database text not null,
    to_database text not null,
    is_rollback boolean not null default false,
    had_altered_setting boolean not null,
    last_runid bigint,
    carried_runid bigint,
    constraint migration_pkey primary key (only_row),
    constraint migration_has_one_row check (only_row)
);
comment on table cronmill_migration.migration is 'One row: the move that is under way.';
comment on column cronmill_migration.migration.only_row
    is 'Always true: keeps the table to one row.';
comment on column cronmill_migration.migration.from_database is 'The database pg_cron leaves.';
comment on column cronmill_migration.migration.to_database is 'The database it goes to.';
comment on column cronmill_migration.migration.is_rollback
    is 'True from when a rollback has begun.';
comment on column cronmill_migration.migration.had_altered_setting
    is 'Whether ALTER SYSTEM had set cron.database_name before.';
comment on column cronmill_migration.migration.last_runid
    is 'Highest runid of the old place; null before its last run has ended.';
comment on column cronmill_migration.migration.carried_runid
    is 'Rows of the history above this one have been carried over, newest first; null: none.';

create table cronmill_migration.step (
    is_rollback boolean not null,
    step text not null,
    begun_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz,
    note text,
    constraint step_pkey primary key (is_rollback, step)
);
comment on table cronmill_migration.step
    is 'Steps of the move and of its rollback that have begun.';
comment on column cronmill_migration.step.is_rollback is 'Whether it is a step of the rollback.';
comment on column cronmill_migration.step.step is 'The step.';
comment on column cronmill_migration.step.begun_at is 'When it was first begun.';
comment on column cronmill_migration.step.ended_at is 'When it was done; null: not yet.';
comment on column cronmill_migration.step.note is 'What it did.';

create table cronmill_migration.job (
    jobid bigint not null,
    schedule text not null,
    command text not null,
    nodename text not null,
    nodeport integer not null,
    database text not null,
    username text not null,
    active boolean not null,
    jobname text,
    is_new boolean not null default false,
    constraint job_pkey primary key (jobid)
);
comment on table cronmill_migration.job is 'Every job as it was before the move.';
comment on column cronmill_migration.job.jobid is 'Key of cron.job.';
comment on column cronmill_migration.job.schedule
    is 'Its true schedule; in cron.job it has one that never comes.';
comment on column cronmill_migration.job.command is 'Its command.';
comment on column cronmill_migration.job.nodename is 'Host pg_cron connects to.';
comment on column cronmill_migration.job.nodeport is 'Port pg_cron connects to.';
comment on column cronmill_migration.job.database is 'Database it runs in.';
comment on column cronmill_migration.job.username is 'Role it belongs to.';
comment on column cronmill_migration.job.active is 'Whether it was active.';
comment on column cronmill_migration.job.jobname is 'Its name, if it has one.';
comment on column cronmill_migration.job.is_new
    is 'Made in the new place after the move; a rollback takes it along.';

create table cronmill_migration.work_database (
    name text not null,
    linked boolean not null,
    link_role text,
    made_postgres_fdw boolean not null,
    constraint work_database_pkey primary key (name)
);
comment on table cronmill_migration.work_database
    is 'Work databases whose way to the registry was changed, as they were.';
comment on column cronmill_migration.work_database.name is 'The work database.';
comment on column cronmill_migration.work_database.linked is 'cronmill.installation.linked before.';
comment on column cronmill_migration.work_database.link_role
    is 'cronmill.installation.link_role before.';
comment on column cronmill_migration.work_database.made_postgres_fdw
    is 'cronmill.installation.made_postgres_fdw before.';

create table cronmill_migration.pause (
    database_name text not null,
    processor text not null,
    constraint pause_pkey primary key (database_name, processor)
);
comment on table cronmill_migration.pause is 'Processors that were paused to let their runs end.';
comment on column cronmill_migration.pause.database_name is 'The work database.';
comment on column cronmill_migration.pause.processor is 'The processor.';

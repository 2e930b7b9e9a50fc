-- Roles that a work database may let its jobs run as. Written by the registry's owner only.
create table cronmill_cron.run_as (
    work_database_id integer not null,
    role_name text collate "C" not null,
    constraint run_as_pkey primary key (work_database_id, role_name),
    constraint run_as_of_a_work_database foreign key (work_database_id)
        references cronmill_cron.work_database (work_database_id) on delete cascade
);
comment on table cronmill_cron.run_as is 'Roles that jobs of a work database may run as.';
comment on column cronmill_cron.run_as.work_database_id is 'The work database.';
comment on column cronmill_cron.run_as.role_name is 'The role.';

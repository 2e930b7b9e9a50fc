-- Roles that may read, of the registry and of pg_cron's history, what concerns a work database: its
-- monitors and operators. Written by the registry's owner only.
create table cronmill_cron.grantee (
    work_database_id integer not null,
    role_name text collate "C" not null,
    part text collate "C" not null,
    constraint grantee_pkey primary key (work_database_id, role_name, part),
    constraint grantee_part_is_known check (part in ('operator', 'monitor')),
    constraint grantee_of_a_work_database foreign key (work_database_id)
        references cronmill_cron.work_database (work_database_id) on delete cascade
);
comment on table cronmill_cron.grantee
    is 'Monitors and operators of work databases: they see its jobs and runs.';
comment on column cronmill_cron.grantee.work_database_id is 'The work database.';
comment on column cronmill_cron.grantee.role_name is 'The role.';
comment on column cronmill_cron.grantee.part is 'operator or monitor.';

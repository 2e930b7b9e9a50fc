-- Registered work databases. A link role may order jobs for its own row only.
create table cronmill_cron.work_database (
    work_database_id integer generated always as identity,
    name text collate "C" not null,
    database_oid oid,
    link_role text collate "C",
    registered_at timestamptz not null default clock_timestamp(),
    max_slots integer,
    max_jobs integer,
    constraint work_database_pkey primary key (work_database_id),
    constraint work_database_quota_in_range
        check (max_slots between 0 and 10000 and max_jobs between 0 and 100000),
    constraint work_database_name_is_unique unique (name),
    constraint work_database_link_role_is_unique unique (link_role)
);
comment on table cronmill_cron.work_database is 'Registered work databases.';
comment on column cronmill_cron.work_database.work_database_id is 'Key.';
comment on column cronmill_cron.work_database.name
    is 'Name of the database, the one its jobs run in.';
comment on column cronmill_cron.work_database.database_oid
    is 'Its oid, by which it is known again after a rename.';
comment on column cronmill_cron.work_database.link_role
    is 'Role its link logs in as; null where the registry is in the work database itself.';
comment on column cronmill_cron.work_database.registered_at is 'When setup registered it.';
comment on column cronmill_cron.work_database.max_slots
    is 'How many slots of enabled processors that never sleep it may have; '
        'null for installation.max_slots.';
comment on column cronmill_cron.work_database.max_jobs
    is 'How many jobs it may have, active or not; null for installation.max_jobs.';

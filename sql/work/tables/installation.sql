-- One row: what is installed here, and the stamp of the database it was installed in. A copy of the
-- database (restored, cloned, promoted) carries the row with it and is recognised by the stamp.
create table cronmill.installation (
    only_row boolean not null default true,
    schema_version integer not null,
    fingerprint text not null default '',
    cron_database text not null,
    linked boolean not null,
    made_postgres_fdw boolean not null default false,
    link_role text,
    system_identifier bigint not null,
    database_oid oid not null,
    database_name text not null,
    port integer not null,
    data_directory text,
    installed_at timestamptz not null default clock_timestamp(),
    tidied_at timestamptz not null default clock_timestamp(),
    constraint installation_pkey primary key (only_row),
    constraint installation_has_one_row check (only_row)
);
comment on table cronmill.installation
    is 'One row: version, cron database and the stamp by which a copy of this '
        'database is recognised.';
comment on column cronmill.installation.only_row is 'Always true: keeps the table to one row.';
comment on column cronmill.installation.schema_version
    is 'Number of the last file of sql/upgrades that the tables correspond to.';
comment on column cronmill.installation.fingerprint
    is 'Hash of the SQL files last installed; setup compares it.';
comment on column cronmill.installation.cron_database
    is 'Name of the database that holds pg_cron and the registry.';
comment on column cronmill.installation.linked
    is 'True: the registry is reached through postgres_fdw; false: it is in this database.';
comment on column cronmill.installation.made_postgres_fdw
    is 'True if setup created the extension postgres_fdw here, so that remove may drop it.';
comment on column cronmill.installation.link_role
    is 'Role the link logs in as; null where there is no link.';
comment on column cronmill.installation.system_identifier
    is 'Stamp: pg_control_system() of the cluster this was installed in.';
comment on column cronmill.installation.database_oid is 'Stamp: oid of this database.';
comment on column cronmill.installation.database_name
    is 'Stamp: name of this database, the one it is registered under.';
comment on column cronmill.installation.port is 'Stamp: port of the server.';
comment on column cronmill.installation.data_directory
    is 'Stamp: data directory of the server, where the installer may read it.';
comment on column cronmill.installation.installed_at is 'When setup first ran here.';
comment on column cronmill.installation.tidied_at
    is 'When everything that had been kept long enough was last removed.';

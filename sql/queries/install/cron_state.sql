-- What a database says of pg_cron and of the registry, whoever asks and whatever is installed: one
-- row.
-- Columns: database, user, is_superuser, server_version, version (of pg_cron, null where it is
-- not), configured (the cron database, null where nobody can tell), is_preloaded (null where it
-- may not be read), is_installed (the registry), owner (of its schema), cron_host, workers, port.
select
    current_database() as database,
    current_user as user,
    r.rolsuper as is_superuser,
    current_setting('server_version_num')::integer / 10000 as server_version,
    (select e.extversion from pg_catalog.pg_extension as e where e.extname = 'pg_cron') as version,
    -- Where the setting may not be read, the place of the launcher tells it.
    case when s.readable
        then current_setting('cron.database_name', true)
        else (
            select min(a.datname::text) from pg_catalog.pg_stat_activity as a
            where a.application_name = 'pg_cron scheduler' and a.usesysid = 10
        )
    end as configured,
    case when s.readable
        then 'pg_cron' = any (
            regexp_split_to_array(current_setting('shared_preload_libraries'), '[[:space:],]+')
        )
    end as is_preloaded,
    -- to_regclass would want USAGE on the schema.
    exists (
        select 1 from pg_catalog.pg_class as c
        join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
        where n.nspname = 'cronmill_cron' and c.relname = 'installation'
    ) as is_installed,
    (
        select pg_get_userbyid(n.nspowner)
        from pg_catalog.pg_namespace as n
        where n.nspname = 'cronmill_cron'
    ) as owner,
    case when s.readable then nullif(current_setting('cron.host', true), '') end as cron_host,
    case when s.readable
        then current_setting('cron.use_background_workers', true)::boolean
    end as workers,
    current_setting('port') as port
from pg_catalog.pg_roles as r
cross join (select pg_has_role('pg_read_all_settings', 'usage') as readable) as s
where r.rolname = current_user

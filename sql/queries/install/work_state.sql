-- What a database says of a work database's half, whoever asks and whatever is installed: one row.
-- Columns: database, user, is_superuser, has_fdw (the extension), is_installed (our tables), owner
-- (of our schema), is_owned_by_superuser, has_registry (the link's foreign table), has_link (a
-- user mapping of who asks), link_database, server_owner.
select
    current_database() as database,
    current_user as user,
    (
        select r.rolsuper from pg_catalog.pg_roles as r where r.rolname = current_user
    ) as is_superuser,
    exists (select 1 from pg_catalog.pg_extension as e where e.extname = 'postgres_fdw') as has_fdw,
    -- to_regclass would want USAGE on the schema.
    exists (
        select 1 from pg_catalog.pg_class as c
        join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
        where n.nspname = 'cronmill' and c.relname = 'installation'
    ) as is_installed,
    (
        select pg_get_userbyid(n.nspowner)
        from pg_catalog.pg_namespace as n
        where n.nspname = 'cronmill'
    ) as owner,
    coalesce(
        (
            select r.rolsuper from pg_catalog.pg_namespace as n
            join pg_catalog.pg_roles as r on r.oid = n.nspowner where n.nspname = 'cronmill'
        ), false
    ) as is_owned_by_superuser,
    exists (
        select 1 from pg_catalog.pg_class as c
        join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
        where n.nspname = 'cronmill' and c.relname = 'registry'
    ) as has_registry,
    exists (
        select 1 from pg_catalog.pg_user_mappings as m
        where m.srvname = 'cronmill' and m.usename = current_user
    ) as has_link,
    (
        select substr(o.option, length('dbname=') + 1)
        from pg_catalog.pg_foreign_server as s
        cross join lateral unnest(s.srvoptions) as o (option)
        where s.srvname = 'cronmill' and o.option like 'dbname=%'
    ) as link_database,
    (
        select pg_get_userbyid(s.srvowner)
        from pg_catalog.pg_foreign_server as s
        where s.srvname = 'cronmill'
    ) as server_owner

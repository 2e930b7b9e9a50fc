-- What there is in the database that pg_cron is to move to: one row.
-- Columns: user, is_superuser, version (of pg_cron, null where it is not), available,
-- is_installed, stranger (who owns the database, no superuser), schemas.
select current_user as user, r.rolsuper as is_superuser,
    (select e.extversion from pg_catalog.pg_extension as e where e.extname = 'pg_cron') as version,
    (
        select e.default_version from pg_catalog.pg_available_extensions as e
        where e.name = 'pg_cron'
    ) as available,
    exists (
        select from pg_catalog.pg_namespace as n where n.nspname = 'cronmill_cron'
    ) as is_installed,
    (
        select o.rolname from pg_catalog.pg_database as d
        join pg_catalog.pg_roles as o on o.oid = d.datdba
        where d.datname = current_database() and not o.rolsuper and o.rolname <> current_user
    ) as stranger,
    array(
        select n.nspname::text from pg_catalog.pg_namespace as n
        where n.nspname in ('cron', 'cronmill_run_as', 'cronmill_migration') order by 1
    ) as schemas
from pg_catalog.pg_roles as r where r.rolname = current_user

-- Whether this database has the journal of a move: one row.
-- Columns: has.
select exists (
    select from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    -- Only a superuser moves: another's schema of that name is no journal.
    join pg_catalog.pg_roles as r on r.oid = n.nspowner
    where n.nspname = 'cronmill_migration' and c.relname = 'migration' and r.rolsuper
) as has

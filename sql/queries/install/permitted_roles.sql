-- Which roles that processors may run as, or are to, are sound: asked by who is no superuser.
-- $1 names: roles that are to be permitted, text[].
-- Columns: rolname, is_sound.
select r.rolname, cronmill_cron.role_fault(r.rolname) is null as is_sound
from pg_catalog.pg_roles as r
where r.rolname <> current_user
    and (
        r.rolname = any ($1)
        or exists (
            select from pg_catalog.pg_proc as p
            join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
            where n.nspname = 'cronmill_run_as' and p.proname = r.rolname
        )
    )

-- The role that owns schema cronmill, if a superuser asks and that role is none, and what he
-- reads can be read with that role's rights: one row or none.
-- Columns: owner.
select r.rolname as owner
from pg_catalog.pg_namespace as n
join pg_catalog.pg_roles as r on r.oid operator(pg_catalog.=) n.nspowner
join pg_catalog.pg_roles as m on m.rolname operator(pg_catalog.=) session_user
where n.nspname operator(pg_catalog.=) 'cronmill' and m.rolsuper and not r.rolsuper
    and not pg_catalog.pg_is_in_recovery()
    and not exists (select from pg_catalog.pg_event_trigger)
    -- The registry's functions ask who has logged in.
    and pg_catalog.to_regnamespace('cronmill_cron') is null

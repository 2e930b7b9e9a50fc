-- Functions, views and triggers of a schema, as the catalog has them.
-- {{schema}}, a literal: its name.
-- Columns: kind, name, definition, is_new (false for a routine that this transaction has not made
-- or renewed).
select 'routine' as kind, p.oid::regprocedure::text as name,
    pg_get_functiondef(p.oid) as definition,
    coalesce(
        p.xmin::text::bigint = pg_current_xact_id_if_assigned()::text::bigint % 4294967296, false
    ) as is_new
from pg_catalog.pg_proc as p
where p.pronamespace = {{schema}}::regnamespace and p.prokind in ('f', 'p')
union all
select 'view', c.oid::regclass::text, concat(pg_get_viewdef(c.oid), c.reloptions::text), true
from pg_catalog.pg_class as c
where c.relnamespace = {{schema}}::regnamespace and c.relkind = 'v'
union all
select 'trigger', concat(quote_ident(t.tgname), ' of ', c.oid::regclass),
    concat(pg_get_triggerdef(t.oid), t.tgenabled), true
from pg_catalog.pg_trigger as t
join pg_catalog.pg_class as c on c.oid = t.tgrelid
where c.relnamespace = {{schema}}::regnamespace and not t.tgisinternal

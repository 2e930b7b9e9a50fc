-- The registry's tables, those first to which the others refer.
-- Columns: name, columns (those that are not generated), identity (which of them is one).
with recursive tables as (
    select c.oid, c.relname::text as name
    from pg_catalog.pg_class as c
    where c.relnamespace = 'cronmill_cron'::regnamespace and c.relkind = 'r'
),
reached as (
    select t.oid, 0 as depth from tables as t
    union
    select k.conrelid, r.depth + 1
    from reached as r
    join pg_catalog.pg_constraint as k
        on k.confrelid = r.oid and k.contype = 'f' and k.conrelid <> k.confrelid
    where r.depth < 20
)
select t.name, a.columns, a.identity
from tables as t
join (select r.oid, max(r.depth) as depth from reached as r group by r.oid) as d on d.oid = t.oid
cross join lateral (
    select array_agg(a.attname::text order by a.attnum) as columns,
        max(a.attname::text) filter (where a.attidentity <> '') as identity
    from pg_catalog.pg_attribute as a
    where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
) as a
order by d.depth, t.name

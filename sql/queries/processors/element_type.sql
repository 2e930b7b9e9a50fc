-- A type by what the user typed, as it is written in a statement; no row if there is none.
-- $1 typed: its name, text.
-- Columns: name, is_ordered (whether arrays of it can be sorted).
select
    case when n.nspname = 'pg_catalog' then format_type(t.oid, null)
        else format('%I.%I', n.nspname, t.typname) end as name,
    t.typarray <> 0 and (t.typtype in ('e', 'r') or exists (
        select 1
        from pg_catalog.pg_opclass as o
        join pg_catalog.pg_am as m on m.oid = o.opcmethod and m.amname = 'btree'
        left join pg_catalog.pg_cast as c
            on c.castsource = b.oid and c.casttarget = o.opcintype and c.castmethod = 'b'
        where o.opcdefault and (o.opcintype = b.oid or c.castcontext = 'i')
    )) as is_ordered
from pg_catalog.pg_type as t
join pg_catalog.pg_namespace as n on n.oid = t.typnamespace
cross join lateral (select coalesce(nullif(t.typbasetype, 0), t.oid) as oid) as b
where t.oid = coalesce(to_regtype($1), to_regtype('public.' || $1))

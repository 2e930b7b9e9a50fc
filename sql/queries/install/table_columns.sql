-- The tables' columns and the types of a schema: what an upgrade promises is looked for among
-- them.
-- $1 schema: its name, text.
-- Columns: name (schema.table.column or schema.type).
select concat_ws('.', n.nspname, c.relname, a.attname) as name
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
join pg_catalog.pg_attribute as a
    on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where n.nspname = $1 and c.relkind = 'r'
union all
select concat_ws('.', n.nspname, t.typname)
from pg_catalog.pg_type as t
join pg_catalog.pg_namespace as n on n.oid = t.typnamespace
left join pg_catalog.pg_class as c on c.oid = t.typrelid
where n.nspname = $1 and t.typelem = 0 and (t.typrelid = 0 or c.relkind = 'c')

-- Tables that PartitionCache may have made for its settings: found by name and columns.
-- $1 prefix: how the name begins, text; null for anything.
-- $2 columns: those it has, text[].
-- $3 column_count: how many these are, integer.
-- Columns: name (quoted).
select format('%I.%I', n.nspname, c.relname) as name
from pg_catalog.pg_class as c
join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
where c.relkind = 'r'
    and right(c.relname, length('_processor_config')) = '_processor_config'
    and ($1::text is null or c.relname = concat($1::text, '_processor_config'))
    and (
        select count(*) from pg_catalog.pg_attribute as a
        where a.attrelid = c.oid and a.attnum > 0 and a.attname = any ($2::text[])
    ) = $3
order by 1

-- The columns of a table.
-- $1 table_name: its quoted name, text.
-- Columns: name, type, is_not_null, has_default, is_generated, is_key, is_primary, is_built_in.
select
    -- Not quoted if it is everybody's: many of those are keywords, which need no quotes after a
    -- dot.
    a.attname as name,
    case when s.nspname = 'pg_catalog' then concat('pg_catalog.', b.typname)
        else format('%I.%I', s.nspname, b.typname) end as type,
    a.attnotnull as is_not_null, a.atthasdef or a.attidentity <> '' as has_default,
    a.attgenerated <> '' as is_generated, coalesce(k.is_key, false) as is_key,
    coalesce(k.is_primary, false) as is_primary,
    b.typtype = 'e' or s.nspname = 'pg_catalog' as is_built_in
from pg_catalog.pg_attribute as a
join pg_catalog.pg_type as t on t.oid = a.atttypid
join pg_catalog.pg_type as b on b.oid = coalesce(nullif(t.typbasetype, 0), t.oid)
join pg_catalog.pg_namespace as s on s.oid = b.typnamespace
left join lateral (
    select true as is_key, bool_or(i.indisprimary) as is_primary
    from pg_catalog.pg_index as i
    where i.indrelid = a.attrelid and i.indisunique and i.indisvalid and i.indimmediate
        and i.indpred is null and i.indexprs is null and i.indnkeyatts = 1
        and i.indkey[0] = a.attnum
    having count(*) > 0
) as k on true
where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped
order by a.attnum

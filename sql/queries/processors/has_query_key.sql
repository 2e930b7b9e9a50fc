-- Whether `on conflict (query_hash, partition_key)` has an index of the table to go by: one row.
-- $1 table_name: its quoted name, text.
-- Columns: has_key.
select exists (
    select 1
    from pg_catalog.pg_index as i
    where i.indrelid = to_regclass($1) and i.indisunique and i.indpred is null and i.indnkeyatts = 2
        and array(
            select a.attname::text
            from pg_catalog.pg_attribute as a
            where a.attrelid = i.indrelid and a.attnum = any (i.indkey)
            order by 1
        ) = array['partition_key', 'query_hash']
) as has_key

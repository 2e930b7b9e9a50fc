-- The type of a table's results; null if there is no such table.
-- Executed by: cache_query, cache_tables, is_cached, make_cache, try_query.
create or replace function cronmill.cache_type(cache_table text)
returns regtype
language sql stable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select t.typelem::regtype
    from pg_catalog.pg_attribute as a
    join pg_catalog.pg_type as t on t.oid = a.atttypid
    where a.attrelid = to_regclass(cache_type.cache_table)
        and a.attname = 'partition_keys'
        and not a.attisdropped
        and t.typcategory = 'A';
end;
comment on function cronmill.cache_type(text)
    is 'Type of the results in a table of PartitionCache''s layout.';
revoke all on function cronmill.cache_type(text) from public;

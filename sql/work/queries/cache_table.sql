-- Results in the tables of PartitionCache, array back end, where the library that reads them finds
-- them: of prefix p tables p_queries (every query, its status and when it was last asked for),
-- p_partition_metadata (the type of each partition key) and p_cache_<partition key> (an array per
-- query). All of it is done as the run-as role, but for making the table of a partition key.

-- The table of a partition key's results, quoted, by that of the queries.
-- Executed by: cache_query, is_cached, make_cache, try_query.
create or replace function cronmill.cache_table(result_table text, partition_key text)
returns text
language sql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select format(
        '%I.%I', n.parts[1],
        regexp_replace(n.parts[2], 'queries$', '') || 'cache_' || cache_table.partition_key)
    from (select parse_ident(cache_table.result_table) as parts) as n;
end;
comment on function cronmill.cache_table(text, text)
    is 'Table of the results of a partition key in PartitionCache''s layout.';
revoke all on function cronmill.cache_table(text, text) from public;

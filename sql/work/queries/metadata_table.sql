-- The table of the types of partition keys, likewise.
-- Executed by: cache_query, cache_tables.
create or replace function cronmill.metadata_table(result_table text)
returns text
language sql immutable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select format(
        '%I.%I', n.parts[1], regexp_replace(n.parts[2], 'queries$', '') || 'partition_metadata')
    from (select parse_ident(metadata_table.result_table) as parts) as n;
end;
comment on function cronmill.metadata_table(text)
    is 'Table of the types of partition keys in PartitionCache''s layout.';
revoke all on function cronmill.metadata_table(text) from public;

-- Tables of a query processor in PartitionCache's layout, but for that of the queries: of the
-- metadata, and one for each partition key.
-- Executed by: grant_query, revoke_query.
create or replace function cronmill.cache_tables(processor text)
returns setof regclass
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select c.oid::regclass
    from cronmill.processor as p
    cross join lateral parse_ident(p.result_table) as n (parts)
    join pg_catalog.pg_class as c
        on c.relkind = 'r' and c.relnamespace = to_regnamespace(quote_ident(n.parts[1]))
    where p.name = cache_tables.processor
        and p.result_layout = 'partitioncache'
        and (
            c.oid = to_regclass(cronmill.metadata_table(p.result_table))
            or (
                starts_with(c.relname, regexp_replace(n.parts[2], 'queries$', 'cache_'))
                and cronmill.cache_type(c.oid::regclass::text) is not null
            )
        );
end;
comment on function cronmill.cache_tables(text)
    is 'Tables of a query processor in PartitionCache''s layout, but for that of the queries.';
revoke all on function cronmill.cache_tables(text) from public;

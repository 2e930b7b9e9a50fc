-- Tables of a query processor in PartitionCache's layout, but for that of the queries: of the metadata, and one for
-- each partition key. Executed by: grant_query, revoke_query.
create or replace function cronmill.cache_tables(processor text)
returns setof regclass
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
begin atomic
    select c.oid::regclass
    from cronmill.processor as p
    cross join lateral parse_ident(p.result_table) as n (parts)
    join pg_catalog.pg_class as c on c.relkind = 'r' and c.relnamespace = to_regnamespace(quote_ident(n.parts[1]))
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
comment on function cronmill.cache_tables(text) is 'Tables of a query processor in PartitionCache''s layout, but for that of the queries.';
revoke all on function cronmill.cache_tables(text) from public;

-- Gives a role what a query processor takes besides: its generated handler, and the tables of its results as far as
-- the installer may; a grant that is there already is not made. Executed by: sync_processor.
create or replace function cronmill.grant_query(run_as text, processor text, result_table text)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    results constant regclass := to_regclass(result_table);
    other regclass;
begin
    if results is null then
        raise exception using
            errcode = 'MC008',
            message = format('table %s of query processor "%s" is gone', result_table, processor),
            hint = 'cronmill setup makes it anew.';
    end if;
    execute pg_catalog.format('grant execute on function cronmill_processor.%I(jsonb) to %I', processor, run_as);
    if not pg_catalog.has_schema_privilege(run_as, (parse_ident(result_table))[1], 'usage') then
        execute pg_catalog.format('grant usage on schema %I to %I', (parse_ident(result_table))[1], run_as);
    end if;
    -- All three: of a list, has_table_privilege would take any.
    if not (pg_catalog.has_table_privilege(run_as, results, 'select')
        and pg_catalog.has_table_privilege(run_as, results, 'insert')
        and pg_catalog.has_table_privilege(run_as, results, 'update'))
    then
        execute pg_catalog.format('grant select, insert, update on table %s to %I', results, run_as);
    end if;
    for other in select t.name from cronmill.cache_tables(processor) as t (name) loop
        if not (pg_catalog.has_table_privilege(run_as, other, 'select')
            and pg_catalog.has_table_privilege(run_as, other, 'insert')
            and pg_catalog.has_table_privilege(run_as, other, 'update'))
        then
            execute pg_catalog.format('grant select, insert, update on table %s to %I', other, run_as);
        end if;
    end loop;
end
$function$;
comment on function cronmill.grant_query(text, text, text) is 'Grants a role what a query processor takes besides.';
revoke all on function cronmill.grant_query(text, text, text) from public;

-- Takes it back, but the schema of the results, which the role may use for other things.
-- Executed by: sync_processor.
create or replace function cronmill.revoke_query(run_as text, processor text, result_table text)
returns void
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, pg_temp
as $function$
declare
    results constant regclass := to_regclass(result_table);
    other regclass;
begin
    if not exists (select 1 from pg_catalog.pg_roles as r where r.rolname = revoke_query.run_as) then
        return;
    end if;
    if to_regprocedure(format('cronmill_processor.%I(jsonb)', processor)) is not null then
        execute pg_catalog.format('revoke all on function cronmill_processor.%I(jsonb) from %I', processor, run_as);
    end if;
    if exists (
        select 1
        from pg_catalog.pg_class as c
        where c.oid = results and pg_catalog.pg_get_userbyid(c.relowner) <> revoke_query.run_as
    ) and not exists (
        select 1
        from cronmill.processor as p
        where p.run_as = revoke_query.run_as
            and p.result_table = revoke_query.result_table
            and p.name <> revoke_query.processor
    ) then
        execute pg_catalog.format('revoke select, insert, update on table %s from %I', results, run_as);
        for other in
            select t.name from cronmill.cache_tables(processor) as t (name)
            join pg_catalog.pg_class as c on c.oid = t.name
            where pg_catalog.pg_get_userbyid(c.relowner) <> revoke_query.run_as
        loop
            execute pg_catalog.format('revoke select, insert, update on table %s from %I', other, run_as);
        end loop;
    end if;
end
$function$;
comment on function cronmill.revoke_query(text, text, text) is 'Takes back what grant_query gave.';
revoke all on function cronmill.revoke_query(text, text, text) from public;

-- Gives a role what a query processor takes besides: its generated handler, and the tables of its
-- results as far as the installer may; a grant that is there already is not made.
-- Executed by: sync_processor.
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
    execute pg_catalog.format(
        'grant execute on function cronmill_processor.%I(jsonb) to %I', processor, run_as);
    if not pg_catalog.has_schema_privilege(run_as, (parse_ident(result_table))[1], 'usage') then
        execute pg_catalog.format(
            'grant usage on schema %I to %I', (parse_ident(result_table))[1], run_as);
    end if;
    -- All three: of a list, has_table_privilege would take any.
    if not (pg_catalog.has_table_privilege(run_as, results, 'select')
        and pg_catalog.has_table_privilege(run_as, results, 'insert')
        and pg_catalog.has_table_privilege(run_as, results, 'update'))
    then
        execute pg_catalog.format(
            'grant select, insert, update on table %s to %I', results, run_as);
    end if;
    for other in select t.name from cronmill.cache_tables(processor) as t (name) loop
        if not (pg_catalog.has_table_privilege(run_as, other, 'select')
            and pg_catalog.has_table_privilege(run_as, other, 'insert')
            and pg_catalog.has_table_privilege(run_as, other, 'update'))
        then
            execute pg_catalog.format(
                'grant select, insert, update on table %s to %I', other, run_as);
        end if;
    end loop;
end
$function$;
comment on function cronmill.grant_query(text, text, text)
    is 'Grants a role what a query processor takes besides.';
revoke all on function cronmill.grant_query(text, text, text) from public;

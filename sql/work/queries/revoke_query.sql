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
    if not exists (select 1 from pg_catalog.pg_roles as r where r.rolname = revoke_query.run_as)
    then
        return;
    end if;
    if to_regprocedure(format('cronmill_processor.%I(jsonb)', processor)) is not null then
        execute pg_catalog.format(
            'revoke all on function cronmill_processor.%I(jsonb) from %I', processor, run_as);
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
        execute pg_catalog.format(
            'revoke select, insert, update on table %s from %I', results, run_as);
        for other in
            select t.name from cronmill.cache_tables(processor) as t (name)
            join pg_catalog.pg_class as c on c.oid = t.name
            where pg_catalog.pg_get_userbyid(c.relowner) <> revoke_query.run_as
        loop
            execute pg_catalog.format(
                'revoke select, insert, update on table %s from %I', other, run_as);
        end loop;
    end if;
end
$function$;
comment on function cronmill.revoke_query(text, text, text) is 'Takes back what grant_query gave.';
revoke all on function cronmill.revoke_query(text, text, text) from public;

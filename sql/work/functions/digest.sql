-- Hash of every function, procedure and view of this schema as the catalog has it: setup compares it with
-- what it installed, and so finds edits by hand. Executed by: the installer.
create or replace function cronmill.digest()
returns text
language sql stable parallel safe security invoker
set search_path = pg_catalog, pg_temp
begin atomic
    select md5(coalesce(string_agg(d.definition, e'\n' order by d.name), ''))
    from (
        select p.oid::regprocedure::text as name, pg_get_functiondef(p.oid) as definition
        from pg_catalog.pg_proc as p
        join pg_catalog.pg_namespace as n on n.oid = p.pronamespace
        where n.nspname = 'cronmill'
        union all
        select c.relname::text, pg_get_viewdef(c.oid)
        from pg_catalog.pg_class as c
        join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
        where n.nspname = 'cronmill' and c.relkind = 'v'
        union all
        select t.tgname::text, pg_get_triggerdef(t.oid)
        from pg_catalog.pg_trigger as t
        join pg_catalog.pg_class as c on c.oid = t.tgrelid
        join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
        where n.nspname = 'cronmill' and not t.tgisinternal
    ) as d;
end;
comment on function cronmill.digest() is 'Hash of the functions, views and triggers of schema cronmill.';
revoke all on function cronmill.digest() from public;

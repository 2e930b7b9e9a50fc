-- Drops functions, views and triggers of a schema, so that they can be made with other types of
-- results or other columns. A function that an index or a check is made of stays. Whatever else
-- depends on one of them stands in the way, and the error names it.
-- {{schema}}, a literal: its name.
do $$
declare
    one record;
    names text;
begin
    for one in
        select t.tgname, t.tgrelid::regclass as place
        from pg_catalog.pg_trigger as t
        join pg_catalog.pg_class as c on c.oid = t.tgrelid
        where c.relnamespace = {{schema}}::regnamespace and not t.tgisinternal
    loop
        execute pg_catalog.format('drop trigger %I on %s', one.tgname, one.place);
    end loop;
    select string_agg(c.oid::regclass::text, ', ') into names
    from pg_catalog.pg_class as c
    where c.relnamespace = {{schema}}::regnamespace and c.relkind = 'v';
    if names is not null then
        execute pg_catalog.format('drop view %s', names);
    end if;
    select string_agg(p.oid::regprocedure::text, ', ') into names
    from pg_catalog.pg_proc as p
    where p.pronamespace = {{schema}}::regnamespace
        and not exists (
            select
            from pg_catalog.pg_depend as d
            left join pg_catalog.pg_index as i on i.indexrelid = d.objid
            left join pg_catalog.pg_constraint as c on c.oid = d.objid
            where d.refclassid = 'pg_catalog.pg_proc'::regclass and d.refobjid = p.oid
                and (
                    d.classid = 'pg_catalog.pg_class'::regclass and i.indexrelid is not null
                    or d.classid = 'pg_catalog.pg_constraint'::regclass
                        and c.connamespace = {{schema}}::regnamespace
                )
        );
    if names is not null then
        execute pg_catalog.format('drop routine %s', names);
    end if;
end $$

-- Whether the role may see pg_cron's jobs, and what depends on its tables: one row.
-- Columns: may_see, dependents (views).
select has_schema_privilege('cron', 'usage') as may_see,
    array(
        select distinct v.oid::regclass::text
        from pg_catalog.pg_depend as d
        join pg_catalog.pg_rewrite as w
            on w.oid = d.objid and d.classid = 'pg_catalog.pg_rewrite'::regclass
        join pg_catalog.pg_class as v on v.oid = w.ev_class
        join pg_catalog.pg_class as c
            on c.oid = d.refobjid and d.refclassid = 'pg_catalog.pg_class'::regclass
        where c.relnamespace = (
                select n.oid from pg_catalog.pg_namespace as n where n.nspname = 'cron'
            )
            and v.relnamespace <> c.relnamespace
            and v.relnamespace is distinct from
                (select n.oid from pg_catalog.pg_namespace as n where n.nspname = 'cronmill_cron')
        order by 1
    ) as dependents

-- A table, its schema, its columns' types, and the functions that its defaults, checks, indexes
-- and triggers call, as far as their owners may not become the role connected: the first one.
-- $1 table_name: its quoted name, text.
-- Columns: what, quoted_name, owner, me.
with recursive reached (classid, objid) as (
    select 'pg_catalog.pg_class'::regclass::oid, $1::regclass::oid
    union
    select x.classid, x.objid
    from reached as r
    cross join lateral (
        -- What belongs to it: defaults, checks, indexes, triggers, rules, policies of the table;
        -- checks of a domain.
        select d.classid, d.objid
        from pg_catalog.pg_depend as d
        where (d.refclassid, d.refobjid) = (r.classid, r.objid) and d.deptype in ('a', 'i')
        union all
        -- What it uses: types, what these are made of, functions, operators.
        select d.refclassid, d.refobjid
        from pg_catalog.pg_depend as d
        where (d.classid, d.objid) = (r.classid, r.objid)
            and d.refclassid in (
                'pg_catalog.pg_type'::regclass, 'pg_catalog.pg_proc'::regclass,
                'pg_catalog.pg_operator'::regclass, 'pg_catalog.pg_class'::regclass
            )
        union all
        select 'pg_catalog.pg_class'::regclass, t.typrelid from pg_catalog.pg_type as t
        where r.classid = 'pg_catalog.pg_type'::regclass and t.oid = r.objid and t.typrelid <> 0
        union all
        select 'pg_catalog.pg_proc'::regclass, k.castfunc from pg_catalog.pg_cast as k
        where r.classid = 'pg_catalog.pg_type'::regclass
            and r.objid in (k.castsource, k.casttarget) and k.castfunc <> 0
    ) as x
    -- A function, or another relation, is its owner's: it is asked who that is, and nothing
    -- further.
    where r.classid <> 'pg_catalog.pg_proc'::regclass
        and (
            r.classid <> 'pg_catalog.pg_class'::regclass or r.objid = $1::regclass
            or (
                select c.relkind in ('i', 'I', 'c')
                from pg_catalog.pg_class as c
                where c.oid = r.objid
            )
        )
),
owned as (
    select 1 as place, 'table' as what, $1 as quoted_name, c.relowner as owner
    from pg_catalog.pg_class as c where c.oid = $1::regclass
    union all
    -- Who owns a database owns schema public by way of a role without other members.
    select 2, 'schema', quote_ident(n.nspname),
        case when n.nspowner = to_regrole('pg_database_owner') then d.datdba else n.nspowner end
    from pg_catalog.pg_class as c
    join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
    join pg_catalog.pg_database as d on d.datname = current_database()
    where c.oid = $1::regclass
    union all
    select 3, 'type', format_type(t.oid, null), t.typowner
    from reached as r
    join pg_catalog.pg_type as t on t.oid = r.objid
    where r.classid = 'pg_catalog.pg_type'::regclass
        and t.typnamespace <> 'pg_catalog'::regnamespace and t.typelem = 0
    union all
    select 4, 'function', p.oid::regprocedure::text, p.proowner
    from reached as r
    join pg_catalog.pg_proc as p on p.oid = r.objid
    where r.classid = 'pg_catalog.pg_proc'::regclass
        and p.pronamespace <> 'pg_catalog'::regnamespace
    union all
    select 5, case c.relkind when 'v' then 'view' when 'S' then 'sequence' else 'table' end,
        c.oid::regclass::text, c.relowner
    from reached as r
    join pg_catalog.pg_class as c on c.oid = r.objid
    where r.classid = 'pg_catalog.pg_class'::regclass
        and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
        and c.relnamespace <> 'pg_catalog'::regnamespace
)
select o.what, o.quoted_name, pg_get_userbyid(o.owner) as owner, session_user as me
from owned as o
where not pg_has_role(
        o.owner, session_user,
        case when current_setting('server_version_num')::integer >= 160000
            then 'set' else 'member' end
    )
order by o.place, o.quoted_name
limit 1

-- The first object in our schemas by which another role could act as the one connected; no row if
-- there is none. Every name and operator is the catalogs' own, whatever the search_path. `part` is
-- what stands in our schemas and what belongs to that (indexes, defaults, rules, triggers,
-- policies), the foreign keys that refer to it, the casts of its types to what is PostgreSQL's or
-- ours, and the event triggers of the database. A check of somebody's own table or domain, and a
-- cast to his own type, may name what is ours: they are never run by a statement of ours.
-- `touched` is that, and whatever it uses. Owners are those of `pg_shdepend`, which leaves out the
-- superuser the cluster was made with. A role is trusted if it is a superuser, the role connected,
-- or can do all that this one can: its attributes, and those of the roles it is a member of,
-- PostgreSQL's own among them. Asked where schema_doubt says so.
-- $1 schemas: their names, name[].
-- {{powers}}: role_powers.
-- Columns: me, role (null: everybody), object, privilege (null: owns it).
with recursive me as materialized (
    select r.oid, r.rolname, pg_catalog.current_setting('server_version_num')::pg_catalog.int4
        operator(pg_catalog.>=) 160000 as from_16
    from pg_catalog.pg_roles as r
    where r.rolname operator(pg_catalog.=) session_user
),
power (role, name) as materialized ({{powers}}),
-- What a role can do by which others: from PostgreSQL 16 on a membership may be one that it can do
-- nothing by. Attributes are not inherited, and are to be had by `set role` only.
membership (kind, of_predefined) as materialized (
    select k.kind, k.of_predefined
    from (values
        ('set', false, true), ('set', true, true), ('usage', true, true),
        ('member', false, false), ('member', true, false)
    ) as k (kind, of_predefined, from_16)
    join me on me.from_16 operator(pg_catalog.=) k.from_16
),
mine as materialized (
    select distinct p.name
    from me join power as p on pg_catalog.pg_has_role(me.oid, p.role, 'member')
),
ours as materialized (
    select n.oid, n.nspname, n.nspacl from pg_catalog.pg_namespace as n
    where n.nspname operator(pg_catalog.=) any ($1::pg_catalog.name[])
),
part (classid, objid) as (
    select 'pg_catalog.pg_namespace'::pg_catalog.regclass::pg_catalog.oid, o.oid from ours as o
    union
    select 'pg_catalog.pg_event_trigger'::pg_catalog.regclass, e.oid
    from pg_catalog.pg_event_trigger as e
    union
    select d.classid, d.objid
    from part as p
    join pg_catalog.pg_depend as d
        on d.refclassid operator(pg_catalog.=) p.classid
        and d.refobjid operator(pg_catalog.=) p.objid
    where d.deptype operator(pg_catalog.<>) 'n'
        or p.classid operator(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass
        or d.classid operator(pg_catalog.=) 'pg_catalog.pg_constraint'::pg_catalog.regclass
            and exists (
                select from pg_catalog.pg_constraint as k
                where k.oid operator(pg_catalog.=) d.objid and k.contype operator(pg_catalog.=) 'f'
            )
        or d.classid operator(pg_catalog.=) 'pg_catalog.pg_cast'::pg_catalog.regclass
            and not exists (
                select from pg_catalog.pg_cast as k
                join pg_catalog.pg_type as y
                    on y.oid operator(pg_catalog.=) any (array[k.castsource, k.casttarget])
                where k.oid operator(pg_catalog.=) d.objid
                    and y.typnamespace operator(pg_catalog.<>)
                        'pg_catalog'::pg_catalog.regnamespace::pg_catalog.oid
                    and not exists (
                        select from ours as o where o.oid operator(pg_catalog.=) y.typnamespace
                    )
            )
),
touched (classid, objid) as (
    select p.classid, p.objid from part as p
    union
    select d.refclassid, d.refobjid
    from part as p
    join pg_catalog.pg_depend as d
        on d.classid operator(pg_catalog.=) p.classid and d.objid operator(pg_catalog.=) p.objid
),
held (role, classid, objid, privilege) as (
    select s.refobjid, t.classid, t.objid, null::pg_catalog.text
    from touched as t
    join pg_catalog.pg_shdepend as s
        on s.classid operator(pg_catalog.=) t.classid and s.objid operator(pg_catalog.=) t.objid
    where s.deptype operator(pg_catalog.=) 'o'
        and s.dbid operator(pg_catalog.=) (
            select d.oid from pg_catalog.pg_database as d
            where d.datname operator(pg_catalog.=) pg_catalog.current_database()
        )
    union all
    select a.grantee, 'pg_catalog.pg_namespace'::pg_catalog.regclass, o.oid, a.privilege_type
    from ours as o
    cross join lateral pg_catalog.aclexplode(o.nspacl) as a
    where a.privilege_type operator(pg_catalog.=) 'CREATE'
    union all
    select a.grantee, p.classid, p.objid, a.privilege_type
    from part as p
    join pg_catalog.pg_class as c on c.oid operator(pg_catalog.=) p.objid
    cross join lateral (
        select e.grantee, e.privilege_type from pg_catalog.aclexplode(c.relacl) as e
        union all
        select e.grantee, e.privilege_type
        from pg_catalog.pg_attribute as t
        cross join lateral pg_catalog.aclexplode(t.attacl) as e
        where t.attrelid operator(pg_catalog.=) c.oid
    ) as a
    where p.classid operator(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
        and a.privilege_type operator(pg_catalog.=) any (array['TRIGGER', 'REFERENCES'])
)
select me.rolname as me, r.rolname as role,
    coalesce(pg_catalog.pg_describe_object(h.classid, h.objid, 0), 'an object') as object,
    h.privilege
from me
cross join held as h
left join pg_catalog.pg_roles as r on r.oid operator(pg_catalog.=) h.role
where (r.oid is null or not r.rolsuper and r.oid operator(pg_catalog.<>) me.oid)
    and exists (
        select from mine as m
        where not exists (
            select from power as p
            join membership as k on k.of_predefined operator(pg_catalog.=) (
                p.role operator(pg_catalog.<) 16384 and p.role operator(pg_catalog.<>) 10)
            where p.name operator(pg_catalog.=) m.name
                and pg_catalog.pg_has_role(r.oid, p.role, k.kind)
        )
    )
order by h.privilege nulls first,
    h.classid operator(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass desc, 3
limit 1

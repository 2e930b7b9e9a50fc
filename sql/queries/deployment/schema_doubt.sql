-- The schemas that are there, and whether schema_trust has to look who has what in them; no row if
-- the role connected is gone. It need not where that role has no power that another one could
-- lack; nor where all in the database belongs to superusers and to that role, and nobody else may
-- create anything in the schemas, or put triggers or foreign keys on any table. So it is for
-- monitors, and where one role has all; a new session finds it out in half the time, which counts
-- where hundreds are asked. Every name and operator is the catalogs' own, whatever the search_path.
-- $1 schemas: their names, name[].
-- {{powers}}: role_powers.
-- Columns: present, is_doubtful.
with me as materialized (
    select r.oid from pg_catalog.pg_roles as r where r.rolname operator(pg_catalog.=) session_user
),
ours as materialized (
    select n.oid, n.nspname, n.nspacl from pg_catalog.pg_namespace as n
    where n.nspname operator(pg_catalog.=) any ($1::pg_catalog.name[])
),
sure as materialized (
    select me.oid from me
    union all
    select r.oid from pg_catalog.pg_roles as r where r.rolsuper
)
select
    array(select o.nspname::pg_catalog.text from ours as o) as present,
    exists (
        select from ({{powers}}) as p
        where pg_catalog.pg_has_role(me.oid, p.role, 'member')
    )
    and (
        exists (
            select from pg_catalog.pg_shdepend as s
            where s.dbid operator(pg_catalog.=) (
                    select d.oid from pg_catalog.pg_database as d
                    where d.datname operator(pg_catalog.=) pg_catalog.current_database()
                )
                and s.deptype operator(pg_catalog.=) 'o'
                and not exists (
                    select from sure as k where k.oid operator(pg_catalog.=) s.refobjid
                )
        )
        or exists (
            select from (
                select o.nspacl, array['CREATE'] from ours as o
                union all
                -- Of thousands of tables most have one of a few lists.
                select e.acl, array['TRIGGER', 'REFERENCES'] from (
                    select c.relacl from pg_catalog.pg_class as c where c.relacl is not null
                    union
                    select t.attacl from pg_catalog.pg_attribute as t where t.attacl is not null
                ) as e (acl)
            ) as l (acl, refused)
            cross join lateral pg_catalog.aclexplode(l.acl) as a
            where a.privilege_type operator(pg_catalog.=) any (l.refused)
                and not exists (
                    select from sure as k where k.oid operator(pg_catalog.=) a.grantee
                )
        )
    ) as is_doubtful
from me

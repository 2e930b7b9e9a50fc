-- Who else may put triggers on a table, or make foreign keys to it, and may not become the role
-- connected: the first one. To inherit rights of a role is not to be one that may become it, where
-- these are two things.
-- $1 table_name: its quoted name, text.
-- Columns: grantee (null for everybody), privilege, me.
select r.rolname as grantee, lower(g.privilege_type) as privilege, session_user as me
from pg_catalog.pg_class as c
cross join lateral (
    select x.grantee, x.privilege_type from aclexplode(c.relacl) as x
    union all
    select x.grantee, x.privilege_type
    from pg_catalog.pg_attribute as t
    cross join lateral aclexplode(t.attacl) as x
    where t.attrelid = c.oid
) as g
left join pg_catalog.pg_roles as r on r.oid = g.grantee
where c.oid = $1::regclass and g.privilege_type in ('TRIGGER', 'REFERENCES')
    and (
        r.oid is null
        or not pg_has_role(
            r.oid, session_user,
            case when current_setting('server_version_num')::integer >= 160000
                then 'set' else 'member' end
        )
    )
order by r.oid is null desc, g.privilege_type desc, r.rolname
limit 1

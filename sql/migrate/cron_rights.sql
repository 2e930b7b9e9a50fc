-- What was changed of pg_cron's own objects and is not part of the extension: privileges, policies,
-- indexes, as statements. Run where pg_cron is; its result, run where it goes to, makes them the
-- same there. A policy or an index that uses what is neither PostgreSQL's nor pg_cron's
-- (foreign_object) does not go along: in the new place something of that name may be another's, and
-- would be called by whoever writes there, a superuser. A privilege that the extension gives and
-- somebody has taken back is taken back there, too.
with objects (oid, name, acl, owner, kind) as (
    select
        n.oid, pg_catalog.format('schema %I', n.nspname),
        coalesce(n.nspacl, acldefault('n', n.nspowner)), n.nspowner, 'n'
    from pg_catalog.pg_namespace as n
    where n.nspname = 'cron'
    union all
    select
        c.oid,
        pg_catalog.format(
            '%s %s', case c.relkind when 'S' then 'sequence' else 'table' end, c.oid::regclass),
        coalesce(
            c.relacl,
            acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner)),
        c.relowner, 'r'
    from pg_catalog.pg_class as c
    where c.relnamespace = 'cron'::regnamespace and c.relkind in ('r', 'S', 'v')
    union all
    select
        p.oid, pg_catalog.format('function %s', p.oid::regprocedure),
        coalesce(p.proacl, acldefault('f', p.proowner)), p.proowner, 'p'
    from pg_catalog.pg_proc as p
    where p.pronamespace = 'cron'::regnamespace
        and exists (
            select from pg_catalog.pg_depend as d
            where d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
        )
),
granted as (
    select o.oid, o.kind, o.name, x.privilege_type, x.is_grantable, x.grantee
    from objects as o
    cross join lateral aclexplode(o.acl) as x
    where x.grantee <> o.owner
),
foreign_objects as (
    select d.classid, d.objid, d.refclassid, d.refobjid
    from pg_catalog.pg_depend as d
    where d.classid in ('pg_catalog.pg_policy'::regclass, 'pg_catalog.pg_class'::regclass)
        and d.refclassid <> 'pg_catalog.pg_authid'::regclass
        and not (
            d.refclassid = 'pg_catalog.pg_class'::regclass
            and exists (
                select from pg_catalog.pg_class as c
                where c.oid = d.refobjid and c.relnamespace = 'cron'::regnamespace
            )
        )
        and not (
            d.refclassid = 'pg_catalog.pg_namespace'::regclass and d.refobjid = 'cron'::regnamespace
        )
        and not exists (
            select from pg_catalog.pg_constraint as k
            where d.refclassid = 'pg_catalog.pg_constraint'::regclass and k.oid = d.refobjid
        )
),
initial as (
    -- What the extension's own script granted.
    select i.objoid, x.privilege_type, x.grantee
    from pg_catalog.pg_init_privs as i
    cross join lateral aclexplode(i.initprivs) as x
    union all
    -- Where it granted nothing, there is the default: functions may be executed by everybody.
    select o.oid, 'EXECUTE', 0
    from objects as o
    where o.kind = 'p'
        and not exists (select from pg_catalog.pg_init_privs as i where i.objoid = o.oid)
)
select s.place, s.statement, s.foreign_object
from (
    select 1 as place, pg_catalog.format('grant %s on %s to %s%s', g.privilege_type, g.name,
        case g.grantee
            when 0 then 'public'
            else pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(g.grantee))
        end,
        case when g.is_grantable then ' with grant option' else '' end) as statement,
        null::text as foreign_object
    from granted as g
    where g.is_grantable
        or not exists (
            select from initial as i
            where (i.objoid, i.privilege_type, i.grantee) = (g.oid, g.privilege_type, g.grantee)
        )
    union all
    select 2, pg_catalog.format('revoke %s on %s from %s', i.privilege_type, o.name,
        case i.grantee
            when 0 then 'public'
            else pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(i.grantee))
        end),
        null
    from initial as i
    join objects as o on o.oid = i.objoid
    where i.grantee <> o.owner
        and not exists (
            select from granted as g
            where (g.oid, g.privilege_type, g.grantee) = (i.objoid, i.privilege_type, i.grantee)
        )
    union all
    select
        3,
        pg_catalog.format(
            'create policy %I on %I.%I as %s for %s to %s%s%s',
            p.policyname, p.schemaname, p.tablename, p.permissive, p.cmd,
            (
                select string_agg(
                    case r.role when 'public' then 'public' else pg_catalog.quote_ident(r.role) end,
                    ', ')
                from unnest(p.roles) as r (role)
            ),
            ' using (' || p.qual || ')', ' with check (' || p.with_check || ')'),
        (
            select min(pg_catalog.pg_describe_object(f.refclassid, f.refobjid, 0))
            from foreign_objects as f
            join pg_catalog.pg_policy as y on y.oid = f.objid
            where f.classid = 'pg_catalog.pg_policy'::regclass
                and y.polrelid = pg_catalog.format('%I.%I', p.schemaname, p.tablename)::regclass
                and y.polname = p.policyname
        )
    from pg_catalog.pg_policies as p
    where p.schemaname = 'cron'
        and p.policyname not in ('cron_job_policy', 'cron_job_run_details_policy')
    union all
    select 4, pg_catalog.pg_get_indexdef(i.indexrelid), (
            select min(pg_catalog.pg_describe_object(f.refclassid, f.refobjid, 0))
            from foreign_objects as f
            where (f.classid, f.objid) = ('pg_catalog.pg_class'::regclass, i.indexrelid)
        )
    from pg_catalog.pg_index as i
    join pg_catalog.pg_class as c on c.oid = i.indrelid
    where c.relnamespace = 'cron'::regnamespace
        and not exists (select from pg_catalog.pg_constraint as k where k.conindid = i.indexrelid)
) as s
order by s.place, s.statement;

-- Every privilege that a role has to have in our schemas here, and as what.
-- Executed by: renew_privileges, revoke_part; check-permissions of the command line.
create or replace function cronmill.wanted_privileges()
returns setof cronmill.privilege
language sql stable parallel safe security definer
set search_path = pg_catalog, pg_temp
set jit = off
as $function$
    with parts as materialized (
        select distinct g.role_name, p.part
        from cronmill.grantee as g
        join (values
            ('producer', 'producer'), ('monitor', 'monitor'),
            ('operator', 'operator'), ('operator', 'monitor')
        ) as p (given, part) on p.given = g.part
    ),
    wanted (role_name, part, privilege, column_name, namespace, relation, routine) as (
        select p.run_as, 'run-as', t.privilege, null::text, t.namespace, null::regclass, t.routine
        from cronmill.processor as p
        cross join lateral (
            select 'usage', n.name, null::regprocedure
            from (values
                ('cronmill'::regnamespace), ('cronmill_processor'::regnamespace)
            ) as n (name)
            union all
            select 'execute', null, f.oid::regprocedure
            from pg_catalog.pg_proc as f
            where f.pronamespace = 'cronmill_processor'::regnamespace and f.proname = p.name
            union all
            select 'execute', null, r.routine from cronmill.run_as_routines() as r (routine)
        ) as t (privilege, namespace, routine)
        union
        select p.role_name, p.part, 'usage', null, 'cronmill'::regnamespace, null, null
        from parts as p
        union
        select p.role_name, p.part, w.privilege, null, null, null, f.oid::regprocedure
        from parts as p
        join cronmill.part_privileges() as w on w.part = p.part and w.privilege = 'execute'
        join pg_catalog.pg_proc as f
            on f.pronamespace = 'cronmill'::regnamespace and f.proname = w.object
        union
        select p.role_name, p.part, w.privilege, col.name, null, c.oid::regclass, null
        from parts as p
        join cronmill.part_privileges() as w on w.part = p.part and w.privilege <> 'execute'
        join pg_catalog.pg_class as c
            on c.relnamespace = 'cronmill'::regnamespace and c.relname = w.object
        left join lateral unnest(w.columns) as col (name) on true
    )
    select w.role_name, w.part,
        cronmill.privilege_target(w.privilege, w.column_name, w.namespace, w.relation, w.routine),
        w.privilege, w.column_name, w.namespace, w.relation, w.routine
    from wanted as w
$function$;
comment on function cronmill.wanted_privileges()
    is 'Privileges that run-as roles, producers, operators and monitors have to have here.';
revoke all on function cronmill.wanted_privileges() from public;
